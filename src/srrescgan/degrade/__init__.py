"""Generate lr pictures from hr pictures, with a manifest of how each was made."""
