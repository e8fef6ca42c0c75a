// Decodes a file to pixels, or refuses it with a reason.

const MAX_PIXELS = 64e6; // of the result, which takes about 1.5 GB of memory
const MAX_SIDE = 32767; // of the result: what every browser can display

class Refusal extends Error {}

// RGBA bytes, straight alpha, sRGB, upright.
async function decoded(file, settings) {
  const bitmap = await bitmapOf(file);
  const { width, height } = bitmap;
  refuseSize(width, height, settings);
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  try {
    const context = canvas.getContext("2d", { willReadFrequently: true, colorSpace: "srgb" });
    context.drawImage(bitmap, 0, 0);
    return { pixels: context.getImageData(0, 0, width, height).data, width, height };
  } catch {
    throw new Refusal(`This browser has too little memory for ${width} × ${height} pixels. Close other pages, or choose a smaller photo.`);
  } finally {
    bitmap.close();
    canvas.width = 0; // frees the memory at once
  }
}

async function bitmapOf(file) {
  try {
    return await createImageBitmap(file);
  } catch {
    const name = file.name ? `“${file.name}”` : "This file";
    const advice = /\.hei[cf]$/i.test(file.name) ? "Only Safari reads HEIC photos: convert it to JPEG first." : "Choose a PNG, JPEG or WebP file that other programs can open.";
    throw new Refusal(`${name} is not a picture that this browser can read. ${advice}`);
  }
}

function refuseSize(width, height, { scale, min_side: least, network }) {
  const size = `The photo has ${width} × ${height} pixels`;
  const elsewhere = "Crop or shrink it, or use the command python -m srrescgan.upscale, which has no limit.";
  if (width * height * scale ** 2 > MAX_PIXELS) {
    throw new Refusal(`${size}, ${megapixels(width * height)}. The limit of this page is ${megapixels(MAX_PIXELS / scale ** 2)}. ${elsewhere}`);
  }
  if (Math.max(width, height) * scale > MAX_SIDE) {
    throw new Refusal(`${size}. The longest side this page can process is ${Math.floor(MAX_SIDE / scale)}. ${elsewhere}`);
  }
  if (Math.min(width, height) < least) {
    const reason = network === "projected" ? "Measuring the noise" : "The network";
    throw new Refusal(`${size}. ${reason} needs at least ${least} × ${least}.`);
  }
}

function megapixels(count) {
  return `${(count / 1e6).toFixed(1)} megapixels`;
}
