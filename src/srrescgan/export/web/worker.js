// A worker. It answers every message { id, task, ... } with { id, ... }. ONNX Runtime Web comes
// before these files in the same script, as `ort`; so do the networks, one of which is in the page.

let session;
let settings;
let network;

const NETWORKS = { projected: PROJECTED, local: LOCAL };
const TASKS = { load, measure, compute, write };

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
  network = NETWORKS[settings.network];
  ort.env.wasm.numThreads = 1; // more threads need HTTP headers
  ort.env.wasm.wasmBinary = await wasm.arrayBuffer();
  const graph = new Uint8Array(await model.arrayBuffer());
  session = await ort.InferenceSession.create(graph, { executionProviders: ["wasm"] });
  return [];
}

// The picture as planes in [0, 255]: red, green, blue and, if any pixel is transparent, alpha; and what
// the network needs to know of the whole picture. Values are rounded to float32 where Python does, or
// flat pictures would have another noise estimate.
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
  return [{ picture, ...network.measure(picture) }, planes.map((plane) => plane.buffer)];
}

// What the network computes of `tile`, a part of the result. `window` is the part of its input that
// belongs to `crop`, and `inner` is where the tile lies in the output for it.
async function compute({ crop, window, tile, inner }) {
  const output = await network.run(crop, window);
  const [, , height, width] = output.dims;
  const kept = new Float32Array(3 * tile.width * tile.height);
  for (let c = 0, to = 0; c < 3; c++) {
    for (let y = inner.top; y < inner.top + tile.height; y++, to += tile.width) {
      const from = (c * height + y) * width + inner.left;
      kept.set(output.data.subarray(from, from + tile.width), to);
    }
  }
  output.dispose();
  const squares = kept.reduce((sum, value) => sum + value * value, 0);
  return [{ values: kept.buffer, squares }, [kept.buffer]];
}

// The output of the network for planes of an input of that size.
async function run(name, planes, { width, height }) {
  const input = new ort.Tensor("float32", planes, [1, 3, height, width]);
  const [output] = Object.values(await session.run({ [name]: input }));
  return output;
}

// The upscaled picture as a PNG. `rows` are rows of tiles, each with the blob of its values; `shrink`
// is the factor that shortens a residual.
async function write({ picture, rows, shrink }, progress) {
  const { planes, width, height } = picture;
  const wide = settings.scale * width;
  const png = new PngWriter(wide, settings.scale * height, planes.length);
  for (const [index, row] of rows.entries()) {
    const bytes = new Uint8ClampedArray(wide * row[0].tile.height * planes.length);
    for (const { tile, values } of row) {
      const computed = new Float32Array(await values.arrayBuffer());
      const colors = network.colors(picture, tile, computed, shrink);
      const alpha = planes.slice(3).map((plane) => enlarge(plane, wholeOf(picture), settings.scale, tile));
      place([...colors, ...alpha], tile, bytes, wide);
    }
    await png.write(new Uint8Array(bytes.buffer));
    progress((index + 1) / rows.length);
  }
  return [await png.finish()];
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
