"""The Weights & Biases server: whether it is available, and saving dashboards on it."""

import json
import socket
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlparse

from srrescgan.errors import ConfigError
from srrescgan.files import replacing

_TIMEOUT_S = 3.0


def offline_reason() -> str | None:
    """Return why the server is not available; ``None`` if it is."""
    import wandb

    if not wandb.login(prompt=False, verify=False):
        return "no API key found (`wandb login` stores one)"
    server = urlparse(wandb.Settings().base_url)
    port = server.port or (443 if server.scheme == "https" else 80)
    try:
        socket.create_connection((server.hostname or "", port), timeout=_TIMEOUT_S).close()
    except OSError as error:
        return f"{server.hostname} cannot be reached ({error})"
    return None


def dashboard_library() -> tuple[ModuleType, ModuleType]:
    """Import ``wandb_workspaces``: its modules for workspaces and for reports.

    Raises:
        ConfigError: it is not installed.
    """
    try:
        from wandb_workspaces import workspaces
        from wandb_workspaces.reports import v2 as reports
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"dashboards as code need the optional package wandb-workspaces ({error}):"
            " pip install 'srrescgan[dashboards]'"
        ) from error
    return workspaces, reports


def save(view: Any) -> str:
    """Save a workspace or a report on the server; return its address.

    Raises:
        ConfigError: there is no API key, the server does not answer, or it refuses the dashboard.
    """
    import wandb

    reason = offline_reason()
    if reason is None:
        try:
            return view.save().url
        except (wandb.errors.Error, ValueError) as error:
            reason = f"the server refuses: {str(error).splitlines()[0]}"
    raise ConfigError(
        f"W&B: {reason}. Nothing was saved. Check `wandb login`, entity= and project=, or write"
        " the layout to a file with output=FILE.json"
    )


def write_spec(view: Any, path: Path) -> None:
    """Write the JSON that :func:`save` would send.

    Raises:
        ConfigError: the file cannot be written.
    """
    # The package has no public access to the specification of a view.
    spec = view._to_model().spec.model_dump(by_alias=True, exclude_none=True, mode="json")
    try:
        with replacing(path) as temporary:
            temporary.write_text(json.dumps(spec, indent=1) + "\n")
    except OSError as error:
        raise ConfigError(f"output={path} cannot be written: {error}") from error
