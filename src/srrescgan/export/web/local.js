// A local network in a worker: it computes tiles of the result, each of which depends on the halo
// around it.

const LOCAL = {
  measure() {
    return {};
  },

  run(crop) {
    const lr = new Float32Array(3 * crop.width * crop.height);
    crop.planes.slice(0, 3).forEach((plane, c) => {
      lr.set(plane.map((level) => level / 255), c * crop.width * crop.height);
    });
    return run("lr", lr, crop);
  },

  // Levels of the three colors.
  colors(picture, { width, height }, sr) {
    const levels = sr.map((value) => 255 * value);
    const size = width * height;
    return [0, 1, 2].map((c) => levels.subarray(c * size, (c + 1) * size));
  },
};
