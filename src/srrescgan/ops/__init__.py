"""Pure functions of tensors and arrays; import each from its own module."""
