"""How real made low-resolution pictures are: measured against those of the camera."""
