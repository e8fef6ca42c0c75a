// The state of the page and its controls.

const byId = (id) => document.getElementById(id);
const referenceMethod = document.body.dataset.referenceMethod;
const items = [...document.querySelectorAll("script.item")].map((text) => new ComparisonItem(JSON.parse(text.textContent)));

const shown = { index: 0, mode: "slider", left: undefined, right: undefined, chosen: undefined };
const table = new ScoreTable(byId("scores"), { chosen: (index, method) => compare(index, method) });
const stage = items.length === 0 ? undefined : new Stage(byId("stage"), {
  changed: () => (byId("zoom").value = `${Math.round(100 * stage.view.zoom)} %`),
  pointed,
});

function current() {
  return items[shown.index];
}

// Keys of the pictures on the stage.
function keys() {
  return shown.mode === "slider" ? [shown.left, shown.right] : [...current().layers.keys()].filter((key) => shown.chosen.has(key));
}

// Keep the previous choice where this image has it; otherwise choose sensible pictures.
function complete() {
  const { layers, methods } = current();
  const has = (key) => layers.has(key);
  const candidates = (names) => names.filter(has);
  const worst = [`method ${referenceMethod}`, `method ${methods.at(-1).label}`];
  const right = candidates([shown.right, ...worst])[0];
  const left = candidates([shown.left, "method bicubic", "hr", "lr"]).find((key) => key !== right);
  Object.assign(shown, { left: left ?? "lr", right });
  shown.chosen ??= new Set([...layers.values()].filter((layer) => layer.picture).map((layer) => layer.key));
  if (![...shown.chosen].some(has)) shown.chosen.add(right);
}

async function show() {
  const item = current();
  await item.load();
  if (item !== current()) return; // another image was chosen while this one was decoded
  complete();
  fillControls();
  const top = Number(byId("scale").value);
  const layers = keys().map((key) => {
    const name = item.layers.get(key).label;
    return { name, drawable: item.drawable(key, top), caption: caption(item.layers.get(key)) };
  });
  stage.show(item, shown.mode === "slider" ? [layers] : layers.map((layer) => [layer]));
  const method = item.layers.get(shown.right).label;
  table.mark(shown.index, method);
  byId("status").textContent = `${item.title}: ${layers.map((layer) => layer.name).join(", ")}`;
}

function caption({ label, picture }) {
  const text = element("span");
  const scores = picture?.scores ?? [];
  text.append(element("b", label));
  text.append(...scores.flatMap(([key, score]) => [element("span", `${key} ${score}`), " "]));
  return text;
}

function element(name, text) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  return made;
}

function options(select, pairs, value) {
  select.replaceChildren(...pairs.map(([key, label]) => new Option(label, key, false, key === value)));
}

function fillControls() {
  const { layers } = current();
  const pairs = [...layers.values()].map((layer) => [layer.key, layer.label]);
  const sliding = shown.mode === "slider";
  options(byId("left"), pairs, shown.left);
  options(byId("right"), pairs, shown.right);
  byId("image").value = String(shown.index);
  byId("pair").hidden = !sliding;
  byId("choice").hidden = sliding;
  const focused = document.activeElement?.closest("#choice input")?.value;
  byId("choice").replaceChildren(byId("choice").firstElementChild, ...pairs.map(([key, label]) => {
    const box = Object.assign(element("input"), { type: "checkbox", value: key, checked: shown.chosen.has(key) });
    const chip = element("label");
    chip.append(box, element("span", label));
    return chip;
  }));
  for (const box of byId("choice").querySelectorAll("input")) if (box.value === focused) box.focus();
  byId("legend").hidden = keys().every((key) => layers.get(key).picture);
  byId("top").textContent = byId("scale").value;
}

function pointed(point) {
  const { width, height } = current();
  const inside = point && point.x >= 0 && point.y >= 0 && point.x < width && point.y < height;
  byId("readout").textContent = inside ? current().valuesAt(Math.floor(point.x), Math.floor(point.y), keys()) : regionText();
}

function regionText() {
  const { region, whole: [width, height] } = current();
  if (region.width === width && region.height === height) return `The whole image, ${width} × ${height}`;
  return `${region.width} × ${region.height} pixels from (${region.left}, ${region.top}) of ${width} × ${height}`;
}

function go(index) {
  shown.index = (index + items.length) % items.length;
  return show();
}

// Show a method on an image; the left picture stays.
async function compare(index, method, part) {
  shown.right = `method ${method}`;
  await go(index);
  if (part) stage.change(() => stage.view.showPart(part));
  byId("viewer").scrollIntoView({ block: "nearest" });
  pointed(undefined);
}

function swap() {
  Object.assign(shown, { left: shown.right, right: shown.left });
  show();
}

function worstRegion() {
  const layer = current().layers.get(shown.right);
  const method = layer.of ?? (layer.picture.worst ? layer.label : referenceMethod);
  return (current().methods.find(({ label }) => label === method) ?? current().methods[0]).worst;
}

// The strip: the worst region of every image, the worst image first.
async function fillStrip() {
  const method = byId("worst-method").value;
  const regions = items.flatMap((item, index) =>
    item.methods.filter(({ label }) => label === method).map((picture) => ({ item, index, picture })),
  );
  const measures = [...new Set(items.map((item) => item.error_name))];
  const order = ({ item }) => measures.indexOf(item.error_name);
  regions.sort((a, b) => order(a) - order(b) || b.picture.error - a.picture.error);
  byId("strip").replaceChildren(...regions.map(({ item, index, picture }) => {
    const { worst, error, source } = picture;
    const canvas = Object.assign(element("canvas"), { width: worst.width, height: worst.height });
    canvas.setAttribute("aria-hidden", "true");
    decoded(source).then((image) => canvas.getContext("2d").drawImage(image, -worst.left, -worst.top));
    const button = Object.assign(element("button"), { type: "button" });
    const value = item.error_name === "LPIPS" ? error.toFixed(3) : error.toFixed(1);
    button.append(canvas, element("b", item.name), element("span", `${item.error_name} ${value}`));
    button.addEventListener("click", () => compare(index, method, worst));
    const place = element("li");
    place.append(button);
    return place;
  }));
}

const COMMANDS = {
  "+": () => stage.change(() => stage.view.stepIn()), "=": () => stage.change(() => stage.view.stepIn()),
  "-": () => stage.change(() => stage.view.stepOut()), 0: () => stage.change(() => stage.view.showAll()),
  1: () => stage.change(() => stage.view.zoomTo(1)), w: () => stage.change(() => stage.view.showPart(worstRegion())),
  x: swap, n: () => go(shown.index + 1), p: () => go(shown.index - 1),
};

function start() {
  options(byId("image"), items.map((item, index) => [String(index), item.title]));
  const methods = [...new Set(items.flatMap((item) => item.methods.map(({ label }) => label)))];
  options(byId("worst-method"), methods.map((label) => [label, label]), referenceMethod);
  RAMP.forEach(([r, g, b], x) => {
    const context = byId("ramp").getContext("2d");
    context.fillStyle = `rgb(${r} ${g} ${b})`;
    context.fillRect(x, 0, 1, 1);
  });
  const clicks = { previous: "p", next: "n", in: "+", out: "-", fit: "0", actual: "1", swap: "x" };
  for (const [id, key] of Object.entries(clicks)) byId(id).addEventListener("click", COMMANDS[key]);
  byId("viewer").addEventListener("keydown", (event) => {
    const typing = event.target.matches("select") || event.ctrlKey || event.metaKey || event.altKey;
    if (!typing && Object.hasOwn(COMMANDS, event.key)) COMMANDS[event.key]();
  });
  byId("worst-method").addEventListener("change", fillStrip);
  byId("image").addEventListener("change", (event) => go(Number(event.target.value)));
  byId("mode").addEventListener("change", (event) => { shown.mode = event.target.value; show(); });
  for (const side of ["left", "right"]) {
    byId(side).addEventListener("change", (event) => { shown[side] = event.target.value; show(); });
  }
  byId("scale").addEventListener("change", show);
  byId("choice").addEventListener("change", ({ target }) => {
    if (target.checked) shown.chosen.add(target.value);
    else if (keys().length > 1) shown.chosen.delete(target.value);
    show();
  });
  fillStrip();
  show().then(() => pointed(undefined));
}

if (items.length > 0) start();
