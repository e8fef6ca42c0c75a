"""Keys that have another name now."""

_SETTINGS = (
    *("optimizer", "scheduler", "metrics", "accumulate", "grad_clip", "ema_decay"),
    "channels_last",
)
RENAMED_KEYS = {
    "data.degradations": "data.val_degradations",
    **{f"system.{name}": f"system.settings.{name}" for name in _SETTINGS},
}
"""Old key to the present one."""


def renamed(key: str) -> str:
    """Hint for a key that has another name now, such as ``; it is now called 'x'``, or nothing."""
    for old, new in RENAMED_KEYS.items():
        if key == old or key.startswith(f"{old}."):
            return f"; it is now called '{new}{key.removeprefix(old)}'"
    return ""
