// The page: takes a picture, shows how far it is, shows the result.

const byId = (id) => document.getElementById(id);
const embedded = new Embedded();
const upscaler = new Upscaler(embedded);
const viewer = new Viewer(byId("stage"));
const title = document.title;

class Cancelled extends Error {}

let running; // what is being upscaled now
let last; // what is shown: { file, computed, time, urls }
let opened; // the promise that what is embedded is unpacked

// What this page cannot do without, and the browsers that have it.
function missing() {
  if (typeof WebAssembly !== "object") return "WebAssembly";
  if (typeof DecompressionStream !== "function") return "DecompressionStream";
  return typeof Worker !== "function" ? "workers" : undefined;
}

async function upscale(file) {
  await work(file.name || "pasted picture", async (current) => {
    tell("Reading the picture …");
    const picture = await decoded(file, embedded.settings.scale);
    current();
    tell("Starting …");
    opened ??= embedded.open();
    await opened;
    await upscaler.prepare();
    current();
    tell("Measuring the noise …");
    const start = performance.now();
    const computed = await upscaler.compute(picture, (done, total) => report(start, done, total));
    current();
    await present({ file, computed, time: performance.now() - start }, embedded.settings.sigma_floor, current);
  });
}

// Do something with the progress in sight, until it ends, fails, or something else is begun.
async function work(name, job) {
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
  tell(done === 0 ? "Upscaling …" : `Upscaling, ${left(start, share)}`);
}

function left(start, share) {
  const seconds = ((performance.now() - start) / 1000) * (1 / share - 1);
  if (seconds < 90) return `about ${Math.ceil(seconds / 5) * 5} seconds left`;
  return seconds < 5400 ? `about ${Math.round(seconds / 60)} minutes left` : `about ${Math.round(seconds / 3600)} hours left`;
}

async function present({ file, computed, time }, floor, current) {
  tell("Writing the PNG …");
  const { png, shrink } = await upscaler.write(computed, floor, (share) => (byId("bar").value = share));
  current();
  for (const url of last?.urls ?? []) URL.revokeObjectURL(url);
  last = { file, computed, time, urls: [file, png].map((blob) => URL.createObjectURL(blob)) };
  const { scale, least_shrink: least, useful_sigma_floor: useful } = embedded.settings;
  const { width, height } = computed.picture;
  const size = { width: scale * width, height: scale * height };
  show("result");
  await viewer.show(...last.urls, size);
  const stem = (file.name || "picture").replace(/\.[^.]*$/, "");
  Object.assign(byId("save"), { href: last.urls[1], download: `${stem}_x${scale}.png` });
  byId("save").textContent = `Save PNG (${(png.size / 1e6).toFixed(1)} MB)`;
  byId("sizes").textContent = `${width} × ${height} became ${size.width} × ${size.height} pixels in ${(time / 1000).toFixed(1)} s.`;
  byId("flat").hidden = shrink >= least || floor >= useful;
  byId("kept").textContent = `${(100 * shrink).toFixed(0)} %`;
  byId("save").focus({ preventScroll: true });
  announce("Done.");
}

// Half or more of the picture is flat: take its noise for that of a photo.
async function enhance() {
  await work(last.file.name, (current) => present(last, embedded.settings.useful_sigma_floor, current));
}

function refuse(error) {
  if (!(error instanceof Refusal)) upscaler.stop(error);
  show("nothing");
  byId("problem").textContent = error instanceof Refusal ? error.message : `It did not work: ${error.message}. If the memory was short, close other pages or take a smaller picture.`;
  byId("problem").hidden = false;
}

function stop() {
  if (!running) return;
  running = undefined;
  upscaler.stop(new Cancelled());
  document.title = title;
}

// Which part of the page is seen: nothing, working, or result.
function show(part) {
  for (const id of ["working", "result"]) byId(id).hidden = id !== part;
  byId("drop").classList.toggle("small", part !== "nothing");
  byId("problem").hidden = true;
  byId("bar").removeAttribute("value");
  announce(part === "working" ? "Upscaling has begun." : "");
}

function tell(text) {
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
    target.value = ""; // or the same file could not be chosen again
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

byId("limit").textContent = megapixels(MOST_PIXELS / embedded.settings.scale ** 2);
if (missing()) {
  byId("drop").hidden = true;
  byId("problem").hidden = false;
  byId("problem").textContent = `This browser lacks ${missing()}, which this page computes with, or it is switched off. Chrome and Edge from version 91 have it, Firefox from 113, Safari from 16.4.`;
} else listen();
