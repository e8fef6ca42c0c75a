"""Everything that can be wrong with a folder of training pictures, found before training."""
