// Data embedded in the page. Nothing is fetched, so the page works when opened from disk and its
// security policy can forbid every connection.

class Embedded {
  constructor() {
    this.settings = JSON.parse(textOf("settings"));
  }

  // Decompress everything into blobs, which the workers share.
  async open() {
    const [model, wasm, runtime] = await Promise.all(["model", "wasm", "runtime"].map(decompressed));
    this.model = model;
    this.wasm = wasm;
    const script = new Blob([runtime, "\n", textOf("worker")], { type: "text/javascript" });
    this.script = URL.createObjectURL(script);
  }
}

function textOf(id) {
  return document.getElementById(id).textContent;
}

function decompressed(id) {
  const letters = atob(textOf(id));
  const compressed = new Uint8Array(letters.length);
  for (let i = 0; i < compressed.length; i++) compressed[i] = letters.charCodeAt(i);
  const stream = new Blob([compressed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).blob();
}
