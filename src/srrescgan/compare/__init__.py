"""Whether one evaluation is better than another by more than chance, image by image."""
