// The pictures embedded in the page, and the error maps computed from them.

// Color ramp of the error maps: brighter is a larger error. Lightness increases monotonically, so
// that grayscale prints stay readable.
const STOPS = [[8, 8, 24], [72, 24, 122], [196, 54, 94], [250, 152, 44], [255, 246, 200]];
const RAMP = Array.from({ length: 256 }, (_, level) => {
  const place = (level / 255) * (STOPS.length - 1);
  const index = Math.min(Math.floor(place), STOPS.length - 2);
  return STOPS[index].map((from, c) => Math.round(from + (place - index) * (STOPS[index + 1][c] - from)));
});

// One image; its pictures by key: lr, hr, and "method NAME" and "error NAME" for each method.
class ComparisonItem {
  constructor(content) {
    Object.assign(this, content);
    this.width = this.region.width;
    this.height = this.region.height;
    this.layers = new Map();
    for (const picture of this.pictures) {
      const key = picture.kind === "method" ? `method ${picture.label}` : picture.kind;
      this.layers.set(key, { key, picture, label: picture.label });
    }
    if (!this.layers.has("hr")) return;
    for (const { kind, label } of this.pictures) {
      if (kind === "method") this.layers.set(`error ${label}`, { key: `error ${label}`, of: label, label: `error of ${label}` });
    }
  }

  get title() {
    return `${this.set} / ${this.name}`;
  }

  get methods() {
    return this.pictures.filter((picture) => picture.kind === "method");
  }

  // Decode all pictures, once.
  load() {
    this.loading ??= Promise.all(
      [...this.layers.values()].filter((layer) => layer.picture).map(async (layer) => {
        layer.drawable = await decoded(layer.picture.source);
      }),
    );
    return this.loading;
  }

  // Drawable of a key; `top` is the error drawn brightest.
  drawable(key, top) {
    const layer = this.layers.get(key);
    if (layer.of !== undefined && layer.top !== top) {
      layer.drawable = this.errorMap(layer.of, top);
      layer.top = top;
    }
    return layer.drawable;
  }

  errorMap(method, top) {
    const map = new OffscreenCanvas(this.width, this.height);
    const context = map.getContext("2d");
    const painted = context.createImageData(this.width, this.height);
    const sr = this.pixels(`method ${method}`).data;
    const hr = this.pixels("hr").data;
    for (let at = 0; at < sr.length; at += 4) {
      const share = Math.min(1, errorAt(sr, hr, at) / top);
      painted.data.set(RAMP[Math.round(255 * share)], at);
      painted.data[at + 3] = 255;
    }
    context.putImageData(painted, 0, 0);
    return map;
  }

  pixels(key) {
    const layer = this.layers.get(key);
    layer.pixels ??= pixelsOf(layer.drawable);
    return layer.pixels;
  }

  // Pixel values and errors at a position, as text.
  valuesAt(x, y, keys) {
    const texts = [`x ${this.region.left + x}, y ${this.region.top + y}`];
    for (const key of keys) {
      const layer = this.layers.get(key);
      const name = layer.of === undefined ? key : `method ${layer.of}`;
      const { data, width } = this.pixels(name);
      const step = key === "lr" ? this.scale : 1;
      const at = 4 * (Math.floor(y / step) * width + Math.floor(x / step));
      if (layer.of === undefined) {
        texts.push(`${layer.label} ${data.slice(at, at + 3).join(" ")}`);
      } else {
        texts.push(`${layer.label} ${errorAt(data, this.pixels("hr").data, at).toFixed(1)}`);
      }
    }
    return texts.join(" · ");
  }
}

function errorAt(a, b, at) {
  return (Math.abs(a[at] - b[at]) + Math.abs(a[at + 1] - b[at + 1]) + Math.abs(a[at + 2] - b[at + 2])) / 3;
}

async function decoded(source) {
  const image = new Image();
  image.src = source;
  await image.decode();
  return image;
}

function pixelsOf(image) {
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, image.width, image.height);
}
