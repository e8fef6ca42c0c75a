"""Errors that a user can mend.

Every entry point prints the message of a :class:`UserError` on one or a few lines, without a
traceback, and exits with code 2. A message says what was wrong, where, what was expected, and what
to do about it. Anything else that is raised is a bug of ours and keeps its traceback.
"""

import difflib
from collections.abc import Collection


class UserError(Exception):
    """Something in the user's files, configuration or machine is not as it has to be."""


class DataError(UserError):
    """An image or a folder of images cannot be used as it is."""


class WeightsError(UserError):
    """A weight or checkpoint file cannot be read, or belongs to another network."""


class BackboneUnavailableError(UserError):
    """The weights, or the package, that a metric or loss needs cannot be had on this machine."""


class ConfigError(UserError):
    """A configuration key or value is not valid."""


def nearest(word: str, known: Collection[str]) -> str:
    """Return ``; did you mean 'x'?`` for the known word closest to ``word``, or nothing."""
    close = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else ""
