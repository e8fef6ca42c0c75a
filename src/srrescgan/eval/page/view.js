// The visible part of the picture. All panes have the same size and share one view, so they stay
// aligned. Picture coordinates are hr pixels, pane coordinates are CSS pixels.

const MAX_ZOOM = 32;
const STEPS = [0.125, 0.25, 0.5, 1, 2, 3, 4, 6, 8, 12, 16, 24, MAX_ZOOM];

class View {
  constructor() {
    this.pane = { width: 1, height: 1 };
    this.picture = { width: 1, height: 1 };
    this.center = { x: 0.5, y: 0.5 };
    this.zoom = 1;
    this.fitted = true;
  }

  // The zoom that fits the whole picture; an integer when it enlarges.
  get fit() {
    const zoom = Math.min(this.pane.width / this.picture.width, this.pane.height / this.picture.height);
    return zoom >= 1 ? Math.min(Math.floor(zoom), MAX_ZOOM) : zoom;
  }

  get movable() {
    return this.picture.width * this.zoom > this.pane.width + 1 || this.picture.height * this.zoom > this.pane.height + 1;
  }

  resize(pane, picture) {
    this.pane = pane;
    this.picture = picture;
    if (this.fitted) this.zoom = this.fit;
    this.settle();
  }

  showAll() {
    this.zoom = this.fit;
    this.settle();
  }

  // Zoom to a part of the picture, so that it just fits.
  showPart(part) {
    const zoom = Math.min(this.pane.width / part.width, this.pane.height / part.height);
    this.zoom = Math.max(this.fit, zoom >= 1 ? Math.floor(zoom) : zoom);
    this.center = { x: part.left + part.width / 2, y: part.top + part.height / 2 };
    this.settle();
  }

  // Zoom; the picture stays fixed at the point.
  zoomTo(zoom, point = { x: this.pane.width / 2, y: this.pane.height / 2 }) {
    this.hold(this.toPicture(point), point, zoom);
  }

  // Zoom, and move a point of the picture to a point of the pane.
  hold(kept, point, zoom) {
    this.zoom = Math.min(MAX_ZOOM, Math.max(Math.min(this.fit, 1), zoom));
    this.center = {
      x: kept.x - (point.x - this.pane.width / 2) / this.zoom,
      y: kept.y - (point.y - this.pane.height / 2) / this.zoom,
    };
    this.settle();
  }

  stepIn(point) {
    this.zoomTo(STEPS.find((step) => step > this.zoom * 1.01) ?? MAX_ZOOM, point);
  }

  stepOut(point) {
    this.zoomTo(STEPS.findLast((step) => step < this.zoom * 0.99) ?? STEPS[0], point);
  }

  moveBy(x, y) {
    this.center = { x: this.center.x - x / this.zoom, y: this.center.y - y / this.zoom };
    this.settle();
  }

  // Keep a larger picture within the pane without gaps; center a smaller one.
  settle() {
    const within = (center, pane, picture) => {
      const half = pane / (2 * this.zoom);
      return half * 2 >= picture ? picture / 2 : Math.min(Math.max(center, half), picture - half);
    };
    this.center = {
      x: within(this.center.x, this.pane.width, this.picture.width),
      y: within(this.center.y, this.pane.height, this.picture.height),
    };
    this.fitted = Math.abs(this.zoom - this.fit) < 1e-6;
  }

  // Position of the picture's corner in device pixels, rounded so that pixels stay sharp.
  get origin() {
    return {
      x: Math.round((this.pane.width / 2 - this.center.x * this.zoom) * devicePixelRatio),
      y: Math.round((this.pane.height / 2 - this.center.y * this.zoom) * devicePixelRatio),
    };
  }

  toPicture(point) {
    const { x, y } = this.origin;
    return {
      x: (point.x - x / devicePixelRatio) / this.zoom,
      y: (point.y - y / devicePixelRatio) / this.zoom,
    };
  }

  // Draw one picture between `from` and `to`, shares of the width of the pane.
  draw(context, drawable, from = 0, to = 1) {
    const scale = this.zoom * devicePixelRatio;
    const { width, height } = context.canvas;
    const [left, right] = [Math.round(from * width), Math.round(to * width)];
    context.save();
    context.beginPath();
    context.rect(left, 0, right - left, height);
    context.clip();
    context.translate(this.origin.x, this.origin.y);
    // At two device pixels per pixel or more, pixels are drawn as squares. The smaller lr always
    // is: smoothing would invent pixels.
    context.imageSmoothingEnabled = scale < 2 && drawable.width === this.picture.width;
    context.imageSmoothingQuality = "high";
    context.drawImage(drawable, 0, 0, this.picture.width * scale, this.picture.height * scale);
    context.restore();
  }
}
