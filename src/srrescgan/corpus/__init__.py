"""Sets of pictures on disk: made from other sets, packed for reading, known by name."""
