// Upscales a picture in tiles; the result equals that of the whole picture, or differs by about a gray level where
// the tiles overlap by less than the network's halo.
//
// Each tile is computed with the halo that it depends on. What belongs to the whole picture (SRResDNet's
// noise estimate, and the length limit of its residual) is computed for the whole picture.

class Upscaler {
  constructor(embedded) {
    this.settings = embedded.settings;
    this.embedded = embedded;
  }

  // Start the workers, unless they are running.
  async prepare() {
    if (this.pool) return;
    const pool = new WorkerPool(this.embedded);
    this.pool = pool;
    try {
      await pool.start();
    } catch (error) {
      if (this.pool === pool) this.stop(error);
      throw error;
    }
  }

  // The expensive part. `pixels` are RGBA; `progress` is called with the number of finished tiles and
  // of all tiles.
  async compute({ pixels, width, height }, progress) {
    await this.prepare();
    const { pool, settings } = this;
    const { picture, sigma } = await pool.run(() => ({ task: "measure", pixels, width, height }));
    const rows = tilesOf(settings.scale * width, settings.scale * height, settings.tile);
    const tiles = rows.flat();
    const input = settings.network === "local" ? localInput : projectedInput;
    let [done, squares] = [0, 0];
    progress(0, tiles.length);
    await Promise.all(tiles.map(async (place) => {
      const { tile } = place;
      const result = await pool.run(() => ({ task: "compute", tile, ...input(picture, tile, settings) }));
      place.values = new Blob([result.values]); // the browser may move it to disk
      squares += result.squares;
      progress(++done, tiles.length);
    }));
    return { picture, sigma, rows, length: Math.sqrt(squares) };
  }

  // The PNG of a computed picture, and the factor that shortened its residual. The noise is taken to
  // be at least `floor`.
  async write(computed, floor, progress) {
    await this.prepare();
    const { picture, rows } = computed;
    const shrink = this.settings.network === "projected" ? shrinkOf(computed, floor, this.settings) : 1;
    const png = await this.pool.run(() => ({ task: "write", picture, rows, shrink }), progress);
    return { png, shrink };
  }

  // Stop at once; prepare() starts new workers.
  stop(reason) {
    this.pool?.terminate(reason);
    this.pool = undefined;
  }
}

function shrinkOf({ picture, sigma, length }, floor, { scale, radius_factor: factor }) {
  const count = 3 * scale * picture.width * scale * picture.height;
  const radius = factor * 255 * Math.max(sigma, floor) * Math.sqrt(count - 1);
  return length > radius ? radius / length : 1;
}

// What a worker needs for a tile: the window of the enlarged picture with its halo, and the pixels that
// it depends on.
function projectedInput(picture, tile, { scale, halo }) {
  const window = around(tile, halo, { width: scale * picture.width, height: scale * picture.height });
  const inner = { left: tile.left - window.left, top: tile.top - window.top };
  return { crop: cropFor(window, scale, picture), window, inner };
}

// The same for a network that reads the picture itself: its window begins at a multiple of `grid`.
function localInput(picture, tile, { scale, halo, grid }) {
  const [left, top, width, height] = [tile.left, tile.top, tile.width, tile.height].map((side) => side / scale);
  const window = around({ left, top, width, height }, halo, picture, grid);
  const inner = { left: tile.left - scale * window.left, top: tile.top - scale * window.top };
  return { crop: cut(picture, window), window, inner };
}

// A part of a picture with a margin, where the picture has it.
function around(part, margin, whole, grid = 1) {
  const [left, top] = [part.left, part.top].map((start) => Math.floor(Math.max(0, start - margin) / grid) * grid);
  const right = Math.min(whole.width, part.left + part.width + margin);
  const bottom = Math.min(whole.height, part.top + part.height + margin);
  return { left, top, width: right - left, height: bottom - top };
}

// Rows of { tile: { left, top, width, height } }, at most `side` pixels wide and high.
function tilesOf(width, height, side) {
  const starts = (length) => Array.from({ length: Math.ceil(length / side) }, (_, i) => i * side);
  return starts(height).map((top) =>
    starts(width).map((left) => ({
      tile: { left, top, width: Math.min(side, width - left), height: Math.min(side, height - top) },
    })),
  );
}
