// A file, decoded to pixels; or a sentence that says why that cannot be.

const MOST_PIXELS = 64e6; // of the result: about 1.5 GB are needed while it is computed and shown
const LONGEST_SIDE = 32767; // of the result: what every browser shows

class Refusal extends Error {}

// RGBA bytes, straight alpha, sRGB, upright.
async function decoded(file, scale) {
  const bitmap = await bitmapOf(file);
  const { width, height } = bitmap;
  refuseSize(width, height, scale);
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  try {
    const context = canvas.getContext("2d", { willReadFrequently: true, colorSpace: "srgb" });
    context.drawImage(bitmap, 0, 0);
    return { pixels: context.getImageData(0, 0, width, height).data, width, height };
  } catch {
    throw new Refusal(`This browser has no room for a picture of ${width} × ${height} pixels. Close other pages, or take a smaller picture.`);
  } finally {
    bitmap.close();
    canvas.width = 0; // gives the memory back at once
  }
}

async function bitmapOf(file) {
  try {
    return await createImageBitmap(file);
  } catch {
    const name = file.name ? `“${file.name}”` : "What was given";
    const advice = /\.hei[cf]$/i.test(file.name) ? "HEIC photos are read by Safari only: save it as JPEG first." : "Take a PNG, JPEG or WebP file that other programs can open.";
    throw new Refusal(`${name} is not a picture that this browser can read. ${advice}`);
  }
}

function refuseSize(width, height, scale) {
  const size = `The picture has ${width} × ${height} pixels`;
  const elsewhere = "Crop it or make it smaller, or use the command python -m srrescgan.upscale, which knows no limit.";
  if (width * height * scale ** 2 > MOST_PIXELS) {
    throw new Refusal(`${size}, ${megapixels(width * height)}. This page takes up to ${megapixels(MOST_PIXELS / scale ** 2)}. ${elsewhere}`);
  }
  if (Math.max(width, height) * scale > LONGEST_SIDE) {
    throw new Refusal(`${size}. This page takes sides of up to ${Math.floor(LONGEST_SIDE / scale)}. ${elsewhere}`);
  }
  if (Math.min(width, height) < 8) throw new Refusal(`${size}. It takes at least 8 × 8 to see how strong its noise is.`);
}

function megapixels(count) {
  return `${(count / 1e6).toFixed(1)} megapixels`;
}
