// What travels inside the page: data that is not asked for over a network, so that the page may be
// forbidden every connection and works when opened from disk, too.

class Embedded {
  constructor() {
    this.settings = JSON.parse(textOf("settings"));
  }

  // Unpack; everything is kept as blobs, which the workers share.
  async open() {
    const [model, wasm, runtime] = await Promise.all(["model", "wasm", "runtime"].map(unpacked));
    this.model = model;
    this.wasm = wasm;
    const script = new Blob([runtime, "\n", textOf("worker")], { type: "text/javascript" });
    this.script = URL.createObjectURL(script);
  }
}

function textOf(id) {
  return document.getElementById(id).textContent;
}

function unpacked(id) {
  const letters = atob(textOf(id));
  const packed = new Uint8Array(letters.length);
  for (let i = 0; i < packed.length; i++) packed[i] = letters.charCodeAt(i);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).blob();
}
