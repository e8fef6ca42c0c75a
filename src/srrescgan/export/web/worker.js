// A worker. It answers every message { id, task, ... } with { id, ... }. ONNX Runtime Web comes
// before these files in the same script, as `ort`.

let session;
let settings;

const TASKS = { load, measure, residual, write };

self.onmessage = async ({ data: { id, task, ...details } }) => {
  try {
    const progress = (share) => self.postMessage({ id, progress: share });
    const [result, transferred] = await TASKS[task](details, progress);
    self.postMessage({ id, result }, transferred ?? []);
  } catch (error) {
    self.postMessage({ id, error: String(error?.message ?? error) });
  }
};

// `model` and `wasm` are blobs.
async function load({ model, wasm, ...rest }) {
  settings = rest.settings;
  ort.env.wasm.numThreads = 1; // more threads need HTTP headers
  ort.env.wasm.wasmBinary = await wasm.arrayBuffer();
  const graph = new Uint8Array(await model.arrayBuffer());
  session = await ort.InferenceSession.create(graph, { executionProviders: ["wasm"] });
  return [];
}

// The picture as planes in [0, 255]: red, green, blue and, if any pixel is transparent, alpha; and its
// noise estimate in [0, 1] units. Values are rounded to float32 where Python does, or flat pictures
// would have another noise estimate.
function measure({ pixels, width, height }) {
  const unit = Float32Array.from({ length: 256 }, (_, level) => level / 255);
  const channel = (c) => new Float32Array(width * height).map((_, i) => unit[pixels[4 * i + c]]);
  const alpha = channel(3);
  let colors = [0, 1, 2].map(channel);
  const transparent = alpha.some((share) => share < 1);
  if (transparent) {
    const seen = colors.map((plane) => plane.map((value, i) => value * alpha[i]));
    colors = overOwnColor(seen, alpha, width, height);
  }
  const planes = [...colors, ...(transparent ? [alpha] : [])].map((plane) => plane.map((value) => 255 * value));
  const picture = { planes, width, height };
  return [{ picture, sigma: sigmaOf(picture) }, planes.map((plane) => plane.buffer)];
}

function sigmaOf(picture) {
  const { planes, width, height } = picture;
  if (settings.noise_estimate === "input") {
    const rowsOf = (channel, top, count) => planes[channel].slice(top * width, (top + count) * width).map((level) => level / 255);
    return estimateSigma(picture, rowsOf);
  }
  const [wide, high] = [settings.scale * width, settings.scale * height];
  const rowsOf = (channel, top, count) =>
    enlarge(planes[channel], wholeOf(picture), settings.scale, { left: 0, top, width: wide, height: count });
  return estimateSigma({ width: wide, height: high }, rowsOf);
}

// The residual of `tile` before projection, and the sum of its squares. `window` is the tile with its
// halo.
async function residual({ crop, window, tile }) {
  const upsampled = new Float32Array(3 * window.width * window.height);
  crop.planes.slice(0, 3).forEach((plane, c) => {
    upsampled.set(enlarge(plane, crop, settings.scale, window), c * window.width * window.height);
  });
  const input = new ort.Tensor("float32", upsampled, [1, 3, window.height, window.width]);
  const { residual: output } = await session.run({ upsampled: input });
  const kept = new Float32Array(3 * tile.width * tile.height);
  for (let c = 0, to = 0; c < 3; c++) {
    for (let y = tile.top - window.top; y < tile.top - window.top + tile.height; y++, to += tile.width) {
      const from = (c * window.height + y) * window.width + tile.left - window.left;
      kept.set(output.data.subarray(from, from + tile.width), to);
    }
  }
  output.dispose();
  const squares = kept.reduce((sum, value) => sum + value * value, 0);
  return [{ values: kept.buffer, squares }, [kept.buffer]];
}

// The upscaled picture as a PNG. `rows` are rows of tiles, each with the blob of its residual;
// `shrink` is the factor that shortens the residuals.
async function write({ picture, rows, shrink }, progress) {
  const { planes, width, height } = picture;
  const wide = settings.scale * width;
  const png = new PngWriter(wide, settings.scale * height, planes.length);
  for (const [index, row] of rows.entries()) {
    const bytes = new Uint8ClampedArray(wide * row[0].tile.height * planes.length);
    for (const { tile, values } of row) {
      const residual = new Float32Array(await values.arrayBuffer());
      const levels = planes.map((plane) => enlarge(plane, wholeOf(picture), settings.scale, tile));
      subtract(levels.slice(0, 3), residual, shrink);
      place(levels, tile, bytes, wide);
    }
    await png.write(new Uint8Array(bytes.buffer));
    progress((index + 1) / rows.length);
  }
  return [await png.finish()];
}

function subtract(levels, residual, shrink) {
  levels.forEach((plane, c) => {
    for (let i = 0; i < plane.length; i++) plane[i] -= shrink * residual[c * plane.length + i];
  });
}

// Copy a tile into rows of pixels; the array rounds and clips.
function place(levels, tile, bytes, width) {
  levels.forEach((plane, c) => {
    for (let y = 0, i = 0; y < tile.height; y++) {
      let to = (y * width + tile.left) * levels.length + c;
      for (let x = 0; x < tile.width; x++, i++, to += levels.length) bytes[to] = plane[i];
    }
  });
}
