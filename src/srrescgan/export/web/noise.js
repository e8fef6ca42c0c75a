// Noise estimate of a picture, as in srrescgan.ops.noise: a median over the whole picture. Sums are
// float32, as in Python, so that flat pictures have the same estimate.

// High-pass decomposition filter of the Daubechies-7 wavelet.
const HIGH_PASS = Float32Array.of(
  -0.07785205408506236, 0.39653931948230575, -0.7291320908465551, 0.4697822874053586,
  0.14390600392910627, -0.22403618499416572, -0.07130921926705004, 0.0806126091510659,
  0.03802993693503463, -0.01657454163101562, -0.012550998556013784, 0.00042957797300470274,
  0.0018016407039998328, 0.0003537138000010399,
);
const MARGIN = HIGH_PASS.length / 2;
const NORMAL_MAD = 0.6745; // median of |x| for x of unit normal distribution
const BAND = 64; // rows of coefficients computed at once

// Standard deviation of the noise in [0, 1] units. `rowsOf(channel, top, count)` gives rows of one
// of the three channels as one Float32Array.
function estimateSigma({ width, height }, rowsOf) {
  // The reference implementation assumes the range [0, 1] if no value exceeds 1.
  const unit = largest({ width, height }, rowsOf) > 1 ? 255 : 1;
  const across = Math.floor(width / 2) + 1;
  const down = Math.floor(height / 2) + 1;
  let sum = 0;
  for (let channel = 0; channel < 3; channel++) {
    const coefficients = new Float32Array(across * down);
    for (let start = 0; start < down; start += BAND) {
      const count = Math.min(BAND, down - start);
      const top = Math.max(0, 2 * start - MARGIN - 1); // one more, for a reflected row
      const bottom = Math.min(height, 2 * (start + count) + MARGIN);
      const rows = rowsOf(channel, top, bottom - top).map((value) => value / unit);
      for (let r = 0; r < count; r++) {
        const high = highPassDown(rows, width, height, top, start + r);
        coefficients.set(highPassAcross(high), (start + r) * across);
      }
    }
    sum += medianSize(coefficients) / NORMAL_MAD;
  }
  return sum / 3;
}

// Median of the absolute values, the lower of two; reorders the values.
function medianSize(values) {
  for (let i = 0; i < values.length; i++) values[i] = Math.abs(values[i]);
  const place = (values.length - 1) >> 1;
  // Hoare's selection; sorting would dominate the time.
  for (let low = 0, high = values.length - 1; low < high; ) {
    const pivot = values[(low + high) >> 1];
    let [i, j] = [low, high];
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      [values[i], values[j]] = [values[j], values[i]];
      i++;
      j--;
    }
    if (place <= j) high = j;
    else if (place >= i) low = i;
    else break;
  }
  return values[place];
}

function largest({ height }, rowsOf) {
  let peak = 0;
  for (let channel = 0; channel < 3; channel++) {
    for (let top = 0; top < height && peak <= 1; top += BAND) {
      const rows = rowsOf(channel, top, Math.min(BAND, height - top));
      peak = rows.reduce((most, value) => Math.max(most, value), peak);
    }
  }
  return peak;
}

function reflect(index, size) {
  const inside = Math.abs(index);
  return inside < size ? inside : 2 * (size - 1) - inside;
}

// One row of vertical coefficients; `rows` start at row `top` of the picture.
function highPassDown(rows, width, height, top, index) {
  const sum = new Float32Array(width);
  HIGH_PASS.forEach((weight, tap) => {
    const start = (reflect(2 * index + tap - MARGIN, height) - top) * width;
    for (let x = 0; x < width; x++) sum[x] += weight * rows[start + x];
  });
  return sum;
}

// Every second horizontal coefficient of one row.
function highPassAcross(row) {
  const padded = new Float32Array(row.length + 2 * MARGIN);
  padded.forEach((_, x) => (padded[x] = row[reflect(x - MARGIN, row.length)]));
  const sum = new Float32Array(Math.floor(row.length / 2) + 1);
  HIGH_PASS.forEach((weight, tap) => {
    for (let x = 0; x < sum.length; x++) sum[x] += weight * padded[2 * x + tap];
  });
  return sum;
}
