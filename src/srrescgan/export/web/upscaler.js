// Upscales a picture in tiles; the result equals that of the whole picture.
//
// Only the residual is computed in tiles, each with the halo that it depends on. The noise estimate
// and the length limit of the residual belong to the whole picture.

const TILE = 256; // side of a tile, in pixels of the result

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
    const { pool } = this;
    const { picture, sigma } = await pool.run(() => ({ task: "measure", pixels, width, height }));
    const rows = tilesOf(this.settings.scale * width, this.settings.scale * height);
    const tiles = rows.flat();
    let [done, squares] = [0, 0];
    progress(0, tiles.length);
    await Promise.all(tiles.map(async (place) => {
      const result = await pool.run(() => this.residual(picture, place.tile));
      place.values = new Blob([result.values]); // the browser may move it to disk
      squares += result.squares;
      progress(++done, tiles.length);
    }));
    return { picture, sigma, rows, length: Math.sqrt(squares) };
  }

  // The PNG of a computed picture, and the factor that shortened its residual. The noise is taken to
  // be at least `floor`.
  async write({ picture, sigma, rows, length }, floor, progress) {
    await this.prepare();
    const { scale, radius_factor: factor } = this.settings;
    const count = 3 * scale * picture.width * scale * picture.height;
    const radius = factor * 255 * Math.max(sigma, floor) * Math.sqrt(count - 1);
    const shrink = length > radius ? radius / length : 1;
    const png = await this.pool.run(() => ({ task: "write", picture, rows, shrink }), progress);
    return { png, shrink };
  }

  residual(picture, tile) {
    const { scale, halo } = this.settings;
    const left = Math.max(0, tile.left - halo);
    const top = Math.max(0, tile.top - halo);
    const right = Math.min(scale * picture.width, tile.left + tile.width + halo);
    const bottom = Math.min(scale * picture.height, tile.top + tile.height + halo);
    const window = { left, top, width: right - left, height: bottom - top };
    return { task: "residual", crop: cropFor(window, scale, picture), window, tile };
  }

  // Stop at once; prepare() starts new workers.
  stop(reason) {
    this.pool?.terminate(reason);
    this.pool = undefined;
  }
}

// Rows of { tile: { left, top, width, height } }.
function tilesOf(width, height) {
  const starts = (length) => Array.from({ length: Math.ceil(length / TILE) }, (_, i) => i * TILE);
  return starts(height).map((top) =>
    starts(width).map((left) => ({
      tile: { left, top, width: Math.min(TILE, width - left), height: Math.min(TILE, height - top) },
    })),
  );
}
