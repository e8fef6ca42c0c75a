// A picture, enlarged tile by tile to what it would be if it were computed whole.
//
// Only the residual is computed in tiles, and each with as many pixels around it as decide about
// it. The noise estimate is of the whole picture, and so is the length that the residual may have.

const TILE = 256; // side of a tile, in pixels of the result

class Upscaler {
  constructor(embedded) {
    this.settings = embedded.settings;
    this.embedded = embedded;
  }

  // Start the workers; they are kept for the next picture.
  async prepare() {
    if (this.crew) return;
    const crew = new Crew(this.embedded);
    this.crew = crew;
    try {
      await crew.start();
    } catch (error) {
      if (this.crew === crew) this.stop(error);
      throw error;
    }
  }

  // All that is costly. `pixels` are RGBA; `progress` is told how many tiles of how many are done.
  async compute({ pixels, width, height }, progress) {
    await this.prepare();
    const { crew } = this;
    const { picture, sigma } = await crew.run(() => ({ task: "measure", pixels, width, height }));
    const rows = tilesOf(this.settings.scale * width, this.settings.scale * height);
    const tiles = rows.flat();
    let [done, squares] = [0, 0];
    progress(0, tiles.length);
    await Promise.all(tiles.map(async (place) => {
      const result = await crew.run(() => this.residual(picture, place.tile));
      place.values = new Blob([result.values]); // which a browser may put on its disk
      squares += result.squares;
      progress(++done, tiles.length);
    }));
    return { picture, sigma, rows, length: Math.sqrt(squares) };
  }

  // The PNG of what was computed, and what the residual was multiplied by to be as short as a noise
  // of at least `floor` asks for.
  async write({ picture, sigma, rows, length }, floor, progress) {
    await this.prepare();
    const { scale, radius_factor: factor } = this.settings;
    const count = 3 * scale * picture.width * scale * picture.height;
    const radius = factor * 255 * Math.max(sigma, floor) * Math.sqrt(count - 1);
    const shrink = length > radius ? radius / length : 1;
    const png = await this.crew.run(() => ({ task: "write", picture, rows, shrink }), progress);
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

  // Stop at once; prepare() starts anew.
  stop(reason) {
    this.crew?.dismiss(reason);
    this.crew = undefined;
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
