// The opaque version of a picture with transparency, as in srrescgan.ops.transparency.

// Put a picture over its own colors, extended from the visible areas. `colors` are planes multiplied
// by alpha; alpha is in [0, 1].
function overOwnColor(colors, alpha, width, height) {
  if (width === 1 && height === 1) return colors.map(([value]) => Float32Array.of(alpha[0] > 0 ? value / alpha[0] : value));
  const half = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
  const coverage = halved(alpha, width, height);
  // One opaque pixel of four determines the color as well as four do.
  const opaque = coverage.map((share) => Math.min(1, 4 * share));
  const means = colors.map((plane) =>
    halved(plane, width, height).map((mean, i) => (coverage[i] > 0 ? (mean * opaque[i]) / coverage[i] : mean)),
  );
  const coarse = overOwnColor(means, opaque, half.width, half.height);
  return colors.map((plane, c) => {
    const below = enlarge(coarse[c], wholeOf(half), 2, { left: 0, top: 0, width, height });
    return plane.map((value, i) => value + (1 - alpha[i]) * below[i]);
  });
}

// Means of 2 x 2 pixels, of fewer at an odd border.
function halved(plane, width, height) {
  const [across, down] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const means = new Float32Array(across * down);
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      const right = 2 * x + 1 < width ? 1 : 0;
      const below = 2 * y + 1 < height ? width : 0;
      const i = 2 * y * width + 2 * x;
      means[y * across + x] = (plane[i] + plane[i + right] + plane[i + below] + plane[i + right + below]) / 4;
    }
  }
  return means;
}
