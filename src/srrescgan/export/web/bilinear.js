// Bilinear enlargement of a part of a picture, as F.interpolate(..., align_corners=False) computes it.
//
// A crop is a part of the low-resolution picture: { planes, left, top, width, height, whole: { width,
// height } }, with planes of float32 in [0, 255]. A window is a part of the enlarged picture:
// { left, top, width, height }.

// The crop that a window of the enlarged picture depends on.
function cropFor(window, scale, picture) {
  const [left, right] = spanFor(window.left, window.width, scale, picture.width);
  const [top, bottom] = spanFor(window.top, window.height, scale, picture.height);
  return cut(picture, { left, top, width: right - left, height: bottom - top });
}

// The part { left, top, width, height } of a picture as a crop.
function cut({ planes, ...whole }, { left, top, width, height }) {
  const cutOf = (plane) => {
    const part = new Float32Array(width * height);
    for (let y = 0; y < height; y++) {
      const start = (top + y) * whole.width + left;
      part.set(plane.subarray(start, start + width), y * width);
    }
    return part;
  };
  return { planes: planes.map(cutOf), left, top, width, height, whole };
}

// The whole picture as a crop.
function wholeOf({ planes, width, height }) {
  return { planes, left: 0, top: 0, width, height, whole: { width, height } };
}

function spanFor(start, length, scale, size) {
  const first = Math.floor((start + 0.5) / scale - 0.5);
  const last = Math.floor((start + length - 0.5) / scale - 0.5) + 1;
  return [Math.max(0, first), Math.min(size, last + 1)];
}

// For each position along an axis of the window: its two neighbors in the crop, and the weight of the second.
function neighbors(start, length, scale, size, offset) {
  const near = new Int32Array(length);
  const far = new Int32Array(length);
  const share = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const place = Math.max(0, (start + i + 0.5) / scale - 0.5);
    const index = Math.floor(place);
    near[i] = index - offset;
    far[i] = Math.min(index + 1, size - 1) - offset;
    share[i] = place - index;
  }
  return { near, far, share };
}

// One plane of a crop, enlarged to a window; float32, row by row.
function enlarge(plane, crop, scale, window) {
  const across = neighbors(window.left, window.width, scale, crop.whole.width, crop.left);
  const down = neighbors(window.top, window.height, scale, crop.whole.height, crop.top);
  const widened = new Map();
  const row = (index) => {
    if (!widened.has(index)) {
      widened.delete(index - 2);
      widened.set(index, widen(plane.subarray(index * crop.width), across));
    }
    return widened.get(index);
  };
  const enlarged = new Float32Array(window.width * window.height);
  for (let y = 0; y < window.height; y++) {
    const [near, far, share] = [row(down.near[y]), row(down.far[y]), down.share[y]];
    const start = y * window.width;
    for (let x = 0; x < window.width; x++) enlarged[start + x] = (1 - share) * near[x] + share * far[x];
  }
  return enlarged;
}

function widen(row, { near, far, share }) {
  const wide = new Float32Array(near.length);
  for (let x = 0; x < wide.length; x++) wide[x] = (1 - share[x]) * row[near[x]] + share[x] * row[far[x]];
  return wide;
}
