// The panes with the pictures: drawn, moved and zoomed by mouse, touch, wheel and keys.

const MIN_HEIGHT = 128; // of a pane, in CSS pixels
const ARROWS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

class Stage {
  // `changed` is called after drawing, `pointed` with the picture position under the pointer.
  constructor(root, { changed, pointed }) {
    this.root = root;
    this.list = root.querySelector("#panes");
    this.slider = new Slider(root.querySelector("#handle"), {
      shareAt: ({ clientX }) => {
        const box = this.list.getBoundingClientRect();
        return (clientX - box.left) / box.width;
      },
      changed: () => this.draw(),
    });
    this.changed = changed;
    this.pointed = pointed;
    this.view = new View();
    this.panes = [];
    this.fingers = new Map();
    new ResizeObserver(() => this.draw()).observe(root);
    addEventListener("resize", () => this.draw());
    this.listen();
  }

  // Show panes, each a list of layers { name, drawable, caption }; the slider divides two layers.
  show(item, panes) {
    if (item !== this.item) this.view.fitted = true;
    this.item = item;
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
      if (this.item) this.drawNow();
    });
  }

  drawNow() {
    const width = this.panes[0].canvas.clientWidth;
    const height = this.paneHeight(width);
    this.root.style.setProperty("--pane-height", `${height}px`);
    this.view.resize({ width, height }, this.item);
    for (const { canvas, context, layers } of this.panes) {
      canvas.width = Math.round(width * devicePixelRatio);
      canvas.height = Math.round(height * devicePixelRatio);
      const ends = layers.length === 2 ? [0, this.slider.share, 1] : [0, 1];
      layers.forEach((layer, index) => this.view.draw(context, layer.drawable, ends[index], ends[index + 1]));
    }
    this.slider.handle.style.left = `${100 * this.slider.share}%`;
    // Over a picture that fits, vertical swipes scroll the page; otherwise a phone would get stuck.
    this.root.style.touchAction = this.view.movable ? "none" : "pan-y";
    this.changed();
  }

  // Height that shows the whole picture and leaves the controls on the screen.
  paneHeight(width) {
    const room = innerHeight * (this.panes[0].layers.length === 2 ? 0.8 : 0.5);
    const zoom = Math.min(width / this.item.width, room / this.item.height);
    return Math.max(MIN_HEIGHT, Math.ceil(this.item.height * (zoom >= 1 ? Math.floor(zoom) : zoom)));
  }

  // Position of an event within its pane; undefined outside the panes.
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
      // At the end of the zoom range, the page scrolls.
      if (view.zoom !== before || event.ctrlKey) event.preventDefault();
      this.draw();
    }, { passive: false });
    root.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || this.slider.handle.contains(event.target)) return;
      const point = this.place(event);
      if (!point) return;
      root.setPointerCapture(event.pointerId);
      const corner = { x: event.clientX - point.x, y: event.clientY - point.y };
      this.fingers.set(event.pointerId, { x: event.clientX, y: event.clientY, corner });
      this.startPinch();
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
        this.startPinch();
      });
    }
    root.addEventListener("pointerleave", () => this.pointed(undefined));
    root.addEventListener("dblclick", (event) => {
      const point = this.place(event);
      if (point && !this.slider.handle.contains(event.target)) this.change(() => view.stepIn(point));
    });
    root.addEventListener("keydown", (event) => {
      const arrow = ARROWS[event.key];
      if (event.target !== root || !arrow || !view.movable) return;
      const stride = event.shiftKey ? 200 : 40;
      this.change(() => view.moveBy(arrow[0] * stride, arrow[1] * stride));
      event.preventDefault();
    });
  }

  // One finger moves the picture; two fingers move and zoom it.
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

  // Remember the current position of two fingers as the start of a pinch.
  startPinch() {
    const { distance, middle } = this.span();
    this.pinch = distance && { distance, kept: this.view.toPicture(middle), zoom: this.view.zoom };
  }

  span() {
    const [a, b] = this.fingers.values();
    if (!b) return {};
    const middle = { x: (a.x + b.x) / 2 - a.corner.x, y: (a.y + b.y) / 2 - a.corner.y };
    return { distance: Math.hypot(a.x - b.x, a.y - b.y), middle };
  }

  change(move) {
    move();
    this.draw();
  }
}
