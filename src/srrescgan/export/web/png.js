// Writes a PNG from top to bottom. A canvas cannot: its size is limited, severely on phones, and it
// loses color precision where pixels are transparent.

const SIGNATURE = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);
const COLOR_TYPE = { 3: 2, 4: 6 }; // by number of channels: RGB, RGBA
const PAETH = 4;
const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? 0xedb88320 ^ (byte >>> 1) : byte >>> 1;
  return byte;
});

class PngWriter {
  constructor(width, height, channels) {
    this.channels = channels;
    this.before = new Uint8Array(width * channels); // the row above
    const header = new DataView(new ArrayBuffer(13));
    header.setUint32(0, width);
    header.setUint32(4, height);
    header.setUint8(8, 8);
    header.setUint8(9, COLOR_TYPE[channels]);
    this.parts = [SIGNATURE, chunk("IHDR", new Uint8Array(header.buffer)), chunk("sRGB", Uint8Array.of(0))];
    const deflate = new CompressionStream("deflate");
    this.input = deflate.writable.getWriter();
    this.done = this.collect(deflate.readable.getReader());
  }

  async collect(reader) {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      this.parts.push(chunk("IDAT", part.value));
    }
  }

  // Whole rows of bytes, any number of them.
  async write(rows) {
    const { length } = this.before;
    const filtered = new Uint8Array((rows.length / length) * (length + 1));
    for (let from = 0, to = 0; from < rows.length; from += length, to += length + 1) {
      const row = rows.subarray(from, from + length);
      filtered[to] = PAETH;
      this.filter(row, filtered.subarray(to + 1, to + 1 + length));
      this.before = row;
    }
    await this.input.write(filtered);
  }

  // The Paeth filter: each byte minus its left, upper or upper left neighbor, whichever predicts best.
  filter(row, filtered) {
    const { before, channels } = this;
    for (let i = 0; i < row.length; i++) {
      const left = i < channels ? 0 : row[i - channels];
      const corner = i < channels ? 0 : before[i - channels];
      const above = before[i];
      const [a, b, c] = [Math.abs(above - corner), Math.abs(left - corner), Math.abs(left + above - 2 * corner)];
      filtered[i] = row[i] - (a <= b && a <= c ? left : b <= c ? above : corner);
    }
  }

  async finish() {
    await this.input.close();
    await this.done;
    return new Blob([...this.parts, chunk("IEND", new Uint8Array(0))], { type: "image/png" });
  }
}

function chunk(name, content) {
  const bytes = new Uint8Array(12 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set([...name].map((letter) => letter.charCodeAt(0)), 4);
  bytes.set(content, 8);
  let crc = 0xffffffff;
  for (let i = 4; i < 8 + content.length; i++) crc = CRC[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  view.setUint32(8 + content.length, ~crc);
  return bytes;
}
