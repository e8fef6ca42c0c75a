"""Export of trained generators to the formats of other programs."""
