// The panes on the page, and everything that moves them: mouse, touch, wheel and keys.

const LOWEST = 128; // a pane is never lower, in CSS pixels
const ARROWS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

class Stage {
  // `changed` is called after every drawing, `pointed` with the picture point under the pointer.
  constructor(root, { changed, pointed }) {
    this.root = root;
    this.list = root.querySelector("#panes");
    this.handle = root.querySelector("#handle");
    this.changed = changed;
    this.pointed = pointed;
    this.view = new View();
    this.panes = [];
    this.split = 0.5;
    this.fingers = new Map();
    new ResizeObserver(() => this.draw()).observe(root);
    addEventListener("resize", () => this.draw());
    this.listen();
    this.listenToHandle();
  }

  // Show panes, each a list of { drawable, caption }: two of them are divided by the slider.
  show(exhibit, panes) {
    if (exhibit !== this.exhibit) this.view.fitted = true;
    this.exhibit = exhibit;
    this.root.classList.toggle("divided", panes[0].length === 2);
    while (this.panes.length > panes.length) this.panes.pop().figure.remove();
    while (this.panes.length < panes.length) this.panes.push(this.newPane());
    panes.forEach((layers, index) => {
      const { canvas, captions } = this.panes[index];
      this.panes[index].layers = layers;
      canvas.setAttribute("aria-label", layers.map((layer) => layer.name).join(" and "));
      captions.replaceChildren(...layers.map((layer) => layer.caption));
    });
    this.draw();
  }

  newPane() {
    const figure = document.createElement("figure");
    const canvas = document.createElement("canvas");
    const captions = document.createElement("figcaption");
    canvas.setAttribute("role", "img");
    figure.append(canvas, captions);
    this.list.append(figure);
    return { figure, canvas, captions, context: canvas.getContext("2d") };
  }

  draw() {
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = undefined;
      if (this.exhibit) this.drawNow();
    });
  }

  drawNow() {
    const width = this.panes[0].canvas.clientWidth;
    const height = this.paneHeight(width);
    this.root.style.setProperty("--pane-height", `${height}px`);
    this.view.resize({ width, height }, this.exhibit);
    for (const { canvas, context, layers } of this.panes) {
      canvas.width = Math.round(width * devicePixelRatio);
      canvas.height = Math.round(height * devicePixelRatio);
      const ends = layers.length === 2 ? [0, this.split, 1] : [0, 1];
      layers.forEach((layer, index) => this.view.draw(context, layer.drawable, ends[index], ends[index + 1]));
    }
    this.handle.style.left = `${100 * this.split}%`;
    this.handle.setAttribute("aria-valuenow", Math.round(100 * this.split));
    // A picture that is seen whole leaves up and down to the page, or a phone could not scroll past.
    this.root.style.touchAction = this.view.movable ? "none" : "pan-y";
    this.changed();
  }

  // As high as the whole picture needs at a zoom that leaves the controls on the screen.
  paneHeight(width) {
    const room = innerHeight * (this.panes[0].layers.length === 2 ? 0.8 : 0.5);
    const zoom = Math.min(width / this.exhibit.width, room / this.exhibit.height);
    return Math.max(LOWEST, Math.ceil(this.exhibit.height * (zoom >= 1 ? Math.floor(zoom) : zoom)));
  }

  moveSplit(split) {
    this.split = Math.min(1, Math.max(0, split));
    this.draw();
  }

  // Place within the pane that an event is over; undefined beside the panes.
  place(event) {
    for (const { canvas } of this.panes) {
      const box = canvas.getBoundingClientRect();
      const point = { x: event.clientX - box.left, y: event.clientY - box.top };
      if (point.x >= 0 && point.y >= 0 && point.x < box.width && point.y < box.height) return point;
    }
    return undefined;
  }

  listen() {
    const { root, view } = this;
    root.addEventListener("wheel", (event) => {
      const point = this.place(event);
      const before = view.zoom;
      if (!point) return;
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1;
      view.zoomTo(before * Math.exp(-0.0025 * lines * event.deltaY), point);
      // Where there is nothing left to zoom, the page scrolls.
      if (view.zoom !== before || event.ctrlKey) event.preventDefault();
      this.draw();
    }, { passive: false });
    root.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || this.handle.contains(event.target)) return;
      const point = this.place(event);
      if (!point) return;
      root.setPointerCapture(event.pointerId);
      const corner = { x: event.clientX - point.x, y: event.clientY - point.y };
      this.fingers.set(event.pointerId, { x: event.clientX, y: event.clientY, corner });
      this.regrip();
    });
    root.addEventListener("pointermove", (event) => {
      const finger = this.fingers.get(event.pointerId);
      if (finger) this.drag(finger, event);
      const point = this.place(event);
      this.pointed(point && view.toPicture(point));
    });
    for (const name of ["pointerup", "pointercancel"]) {
      root.addEventListener(name, (event) => {
        this.fingers.delete(event.pointerId);
        this.regrip();
      });
    }
    root.addEventListener("pointerleave", () => this.pointed(undefined));
    root.addEventListener("dblclick", (event) => {
      const point = this.place(event);
      if (point && !this.handle.contains(event.target)) this.change(() => view.stepIn(point));
    });
    root.addEventListener("keydown", (event) => {
      const arrow = ARROWS[event.key];
      if (event.target !== root || !arrow || !view.movable) return;
      const stride = event.shiftKey ? 200 : 40;
      this.change(() => view.moveBy(arrow[0] * stride, arrow[1] * stride));
      event.preventDefault();
    });
  }

  // One finger moves; two hold what is between them, however they move.
  drag(finger, event) {
    if (this.fingers.size === 1) this.view.moveBy(event.clientX - finger.x, event.clientY - finger.y);
    finger.x = event.clientX;
    finger.y = event.clientY;
    if (this.pinch) {
      const { distance, middle } = this.span();
      this.view.hold(this.pinch.kept, middle, (this.pinch.zoom * distance) / this.pinch.distance);
    }
    this.draw();
  }

  // From here on two fingers, if there are two, mean a change from how they lie now.
  regrip() {
    const { distance, middle } = this.span();
    this.pinch = distance && { distance, kept: this.view.toPicture(middle), zoom: this.view.zoom };
  }

  span() {
    const [a, b] = this.fingers.values();
    if (!b) return {};
    const middle = { x: (a.x + b.x) / 2 - a.corner.x, y: (a.y + b.y) / 2 - a.corner.y };
    return { distance: Math.hypot(a.x - b.x, a.y - b.y), middle };
  }

  listenToHandle() {
    const { handle, list } = this;
    let held = false;
    handle.addEventListener("pointerdown", (event) => {
      handle.setPointerCapture(event.pointerId);
      held = true;
    });
    handle.addEventListener("pointermove", (event) => {
      const box = list.getBoundingClientRect();
      if (held) this.moveSplit((event.clientX - box.left) / box.width);
    });
    handle.addEventListener("lostpointercapture", () => (held = false));
    handle.addEventListener("keydown", (event) => {
      const stride = event.shiftKey ? 0.1 : 0.01;
      const places = {
        ArrowLeft: this.split - stride, ArrowDown: this.split - stride,
        ArrowRight: this.split + stride, ArrowUp: this.split + stride,
        PageDown: this.split - 0.1, PageUp: this.split + 0.1, Home: 0, End: 1,
      };
      if (!(event.key in places)) return;
      this.moveSplit(places[event.key]);
      event.preventDefault();
    });
  }

  change(move) {
    move();
    this.draw();
  }
}
