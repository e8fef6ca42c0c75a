// SRResDNet in a worker: it computes the residual of the enlarged picture. The noise estimate and the
// length limit of the residual belong to the whole picture.

const PROJECTED = {
  // The noise estimate, in [0, 1] units.
  measure(picture) {
    const { planes, width, height } = picture;
    if (settings.noise_estimate === "input") {
      const rowsOf = (channel, top, count) => planes[channel].slice(top * width, (top + count) * width).map((level) => level / 255);
      return { sigma: estimateSigma(picture, rowsOf) };
    }
    const [wide, high] = [settings.scale * width, settings.scale * height];
    const rowsOf = (channel, top, count) =>
      enlarge(planes[channel], wholeOf(picture), settings.scale, { left: 0, top, width: wide, height: count });
    return { sigma: estimateSigma({ width: wide, height: high }, rowsOf) };
  },

  // `window` is a part of the enlarged picture.
  run(crop, window) {
    const upsampled = new Float32Array(3 * window.width * window.height);
    crop.planes.slice(0, 3).forEach((plane, c) => {
      upsampled.set(enlarge(plane, crop, settings.scale, window), c * window.width * window.height);
    });
    return run("upsampled", upsampled, window);
  },

  // Levels of the three colors: the enlarged picture minus the shortened residual.
  colors(picture, tile, residual, shrink) {
    return [0, 1, 2].map((c) => {
      const levels = enlarge(picture.planes[c], wholeOf(picture), settings.scale, tile);
      for (let i = 0; i < levels.length; i++) levels[i] -= shrink * residual[c * levels.length + i];
      return levels;
    });
  },
};
