// The page: takes a photo, shows the progress, shows the result.

const byId = (id) => document.getElementById(id);
const embedded = new Embedded();
const upscaler = new Upscaler(embedded);
const viewer = new Viewer(byId("stage"));
const title = document.title;

class Cancelled extends Error {}

let running; // what is being upscaled now
let last; // the result on display: { file, computed, time, urls }
let opened; // promise of the decompressed data

// The first feature that the page needs and this browser lacks.
function missing() {
  if (typeof WebAssembly !== "object") return "WebAssembly";
  if (typeof DecompressionStream !== "function") return "DecompressionStream";
  return typeof Worker !== "function" ? "workers" : undefined;
}

async function upscale(file) {
  await runJob(file.name || "pasted photo", async (current) => {
    showPhase("Reading the photo …");
    const picture = await decoded(file, embedded.settings);
    current();
    showPhase("Starting …");
    opened ??= embedded.open();
    await opened;
    await upscaler.prepare();
    current();
    showPhase(embedded.settings.network === "projected" ? "Measuring the noise …" : "Upscaling …");
    const start = performance.now();
    const computed = await upscaler.compute(picture, (done, total) => report(start, done, total));
    current();
    await present({ file, computed, time: performance.now() - start }, embedded.settings.sigma_floor, current);
  });
}

// Run a job and show its progress, until it ends, fails, or another job starts.
async function runJob(name, job) {
  stop();
  running = job;
  const current = () => {
    if (running !== job) throw new Cancelled();
  };
  show("working");
  byId("name").textContent = name;
  try {
    await job(current);
  } catch (error) {
    if (running !== job) return;
    refuse(error);
  }
  running = undefined;
  document.title = title;
}

function report(start, done, total) {
  const share = done / total;
  byId("bar").value = share;
  document.title = `${Math.floor(100 * share)} % · ${title}`;
  showPhase(done === 0 ? "Upscaling …" : `Upscaling, ${timeLeft(start, share)}`);
}

function timeLeft(start, share) {
  const seconds = ((performance.now() - start) / 1000) * (1 / share - 1);
  if (seconds < 90) return `about ${Math.ceil(seconds / 5) * 5} seconds left`;
  return seconds < 5400 ? `about ${Math.round(seconds / 60)} minutes left` : `about ${Math.round(seconds / 3600)} hours left`;
}

async function present({ file, computed, time }, floor, current) {
  showPhase("Writing the PNG …");
  const { png, shrink } = await upscaler.write(computed, floor, (share) => (byId("bar").value = share));
  current();
  for (const url of last?.urls ?? []) URL.revokeObjectURL(url);
  last = { file, computed, time, urls: [file, png].map((blob) => URL.createObjectURL(blob)) };
  const { scale, network, least_shrink: least, useful_sigma_floor: useful } = embedded.settings;
  const { width, height } = computed.picture;
  const size = { width: scale * width, height: scale * height };
  show("result");
  await viewer.show(...last.urls, size);
  const stem = (file.name || "picture").replace(/\.[^.]*$/, "");
  Object.assign(byId("save"), { href: last.urls[1], download: `${stem}_x${scale}.png` });
  byId("save").textContent = `Save PNG (${(png.size / 1e6).toFixed(1)} MB)`;
  byId("sizes").textContent = `${width} × ${height} became ${size.width} × ${size.height} pixels in ${(time / 1000).toFixed(1)} s.`;
  byId("flat").hidden = network !== "projected" || shrink >= least || floor >= useful;
  byId("kept").textContent = `${(100 * shrink).toFixed(0)} %`;
  byId("save").focus({ preventScroll: true });
  announce("Done.");
}

// At least half of the picture is flat: assume the noise of a photo.
async function enhance() {
  await runJob(last.file.name, (current) => present(last, embedded.settings.useful_sigma_floor, current));
}

function refuse(error) {
  if (!(error instanceof Refusal)) upscaler.stop(error);
  show("nothing");
  byId("problem").textContent = error instanceof Refusal ? error.message : `Upscaling failed: ${error.message}. If memory ran out, close other pages or choose a smaller photo.`;
  byId("problem").hidden = false;
}

function stop() {
  if (!running) return;
  running = undefined;
  upscaler.stop(new Cancelled());
  document.title = title;
}

// Show one part of the page: nothing, working, or result.
function show(part) {
  for (const id of ["working", "result"]) byId(id).hidden = id !== part;
  byId("drop").classList.toggle("small", part !== "nothing");
  byId("problem").hidden = true;
  byId("bar").removeAttribute("value");
  announce(part === "working" ? "Upscaling started." : "");
}

function showPhase(text) {
  byId("phase").textContent = text;
}

function announce(text) {
  byId("status").textContent = text;
}

function take(files) {
  if (files.length > 0) upscale(files[0]);
}

function listen() {
  byId("file").addEventListener("change", ({ target }) => {
    take([...target.files]);
    target.value = ""; // so that the same file can be chosen again
  });
  byId("cancel").addEventListener("click", () => {
    stop();
    show("nothing");
    announce("Cancelled.");
    byId("file").focus();
  });
  byId("enhance").addEventListener("click", enhance);
  byId("zoom").addEventListener("change", ({ target }) => viewer.change(target.value));
  addEventListener("paste", ({ clipboardData }) => take([...clipboardData.files]));
  addEventListener("dragover", (event) => {
    event.preventDefault();
    byId("drop").classList.add("over");
  });
  addEventListener("dragleave", ({ relatedTarget }) => relatedTarget ?? byId("drop").classList.remove("over"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    byId("drop").classList.remove("over");
    take([...event.dataTransfer.files]);
  });
  addEventListener("beforeunload", (event) => running && event.preventDefault());
}

byId("limit").textContent = megapixels(MAX_PIXELS / embedded.settings.scale ** 2);
if (missing()) {
  byId("drop").hidden = true;
  byId("problem").hidden = false;
  byId("problem").textContent = `This browser lacks ${missing()}, which this page needs, or it is disabled. Chrome and Edge 91, Firefox 113 and Safari 16.4 or newer have it.`;
} else listen();
