"""The benchmark is a script and not a module to collect doctests from."""

collect_ignore = [
    *("bench.py", "networks.py", "overlaps.py", "plain.py", "reading.py", "resizing.py"),
    *("sizes.py", "timing.py", "training.py", "unchanged.py", "upscaling.py"),
]
