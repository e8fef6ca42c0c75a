// Before and after in one frame, divided by the slider.

class Viewer {
  constructor(root) {
    this.root = root;
    const find = (name) => root.querySelector(name);
    [this.scroller, this.sheet] = ["#scroller", "#sheet"].map(find);
    [this.before, this.after] = ["#before", "#after"].map(find);
    this.zoom = "fit";
    this.size = { width: 1, height: 1 };
    this.slider = new Slider(find("#handle"), {
      shareAt: ({ clientX }) => (clientX - root.getBoundingClientRect().left - this.left) / this.shown,
      changed: () => this.draw(),
    });
    this.scroller.addEventListener("scroll", () => this.draw());
    new ResizeObserver(() => this.draw()).observe(root);
    addEventListener("resize", () => this.draw());
    this.listenToPicture();
  }

  // `size` of the upscaled picture, in pixels.
  async show(before, after, size) {
    this.size = size;
    this.before.src = before;
    this.after.src = after;
    await Promise.all([this.before.decode(), this.after.decode()]);
    this.slider.moveTo(0.5);
  }

  change(zoom) {
    this.zoom = zoom;
    this.draw();
    this.scroller.scrollTo((this.scroller.scrollWidth - this.scroller.clientWidth) / 2, (this.scroller.scrollHeight - this.scroller.clientHeight) / 2);
  }

  draw() {
    const { width, height } = this.size;
    const room = { width: this.root.clientWidth, height: Math.max(240, innerHeight * 0.72) };
    const fit = Math.min(room.width / width, room.height / height);
    const zoom = this.zoom === "fit" ? fit : Number(this.zoom) / devicePixelRatio;
    const sheet = { width: width * zoom, height: height * zoom };
    const seen = { width: Math.min(room.width, sheet.width), height: Math.min(room.height, sheet.height) };
    for (const [element, box] of [[this.sheet, sheet], [this.scroller, seen]]) {
      Object.assign(element.style, { width: `${box.width}px`, height: `${box.height}px` });
    }
    this.movable = sheet.width > seen.width + 1 || sheet.height > seen.height + 1;
    this.scroller.classList.toggle("movable", this.movable);
    this.left = (room.width - seen.width) / 2; // of the visible part, within the root
    this.shown = seen.width;
    const { handle, share } = this.slider;
    const border = share * seen.width;
    this.root.style.setProperty("--left", `${this.left}px`);
    handle.style.left = `${this.left + border}px`;
    handle.style.height = `${seen.height}px`;
    const cut = this.scroller.scrollLeft + border;
    this.before.style.clipPath = `inset(0 ${sheet.width - cut}px 0 0)`;
    this.after.style.clipPath = `inset(0 0 0 ${cut}px)`;
  }

  // A mouse drags a picture that does not fit, otherwise the slider; touch scrolls natively.
  listenToPicture() {
    const { scroller } = this;
    let from;
    scroller.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "mouse" || event.button !== 0) return;
      scroller.setPointerCapture(event.pointerId);
      from = event;
    });
    scroller.addEventListener("pointermove", (event) => {
      if (!from) return;
      if (this.movable) scroller.scrollBy(from.clientX - event.clientX, from.clientY - event.clientY);
      else this.slider.follow(event);
      from = event;
    });
    scroller.addEventListener("lostpointercapture", () => (from = undefined));
  }
}
