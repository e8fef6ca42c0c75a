// The divider between two pictures: its handle is dragged, or moved by keys.

class Slider {
  // `shareAt(event)` gives the pointer's position as a share of the pictures' width; `changed` is
  // called after every move.
  constructor(handle, { shareAt, changed }) {
    Object.assign(this, { handle, shareAt, changed, share: 0.5 });
    this.listenToPointer();
    this.listenToKeys();
  }

  // `share` of the width lies to the left of the divider.
  moveTo(share) {
    this.share = Math.min(1, Math.max(0, share));
    this.handle.setAttribute("aria-valuenow", Math.round(100 * this.share));
    this.changed();
  }

  follow(event) {
    this.moveTo(this.shareAt(event));
  }

  listenToPointer() {
    const { handle } = this;
    let dragging = false;
    handle.addEventListener("pointerdown", (event) => {
      handle.setPointerCapture(event.pointerId);
      dragging = true;
    });
    handle.addEventListener("pointermove", (event) => dragging && this.follow(event));
    handle.addEventListener("lostpointercapture", () => (dragging = false));
  }

  listenToKeys() {
    this.handle.addEventListener("keydown", (event) => {
      const { share } = this;
      const step = event.shiftKey ? 0.1 : 0.01;
      const targets = {
        ArrowLeft: share - step, ArrowDown: share - step,
        ArrowRight: share + step, ArrowUp: share + step,
        PageDown: share - 0.1, PageUp: share + 0.1, Home: 0, End: 1,
      };
      if (!(event.key in targets)) return;
      this.moveTo(targets[event.key]);
      event.preventDefault();
    });
  }
}
