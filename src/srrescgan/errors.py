"""Errors that a user can fix.

Every command prints the message of a :class:`UserError` on one or a few lines, without a
traceback, and exits with code 2. A message says what is wrong, where, what was expected and what
to do about it. Any other exception is a bug in this package and keeps its traceback.
"""

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """The user's files, configuration or machine have to be changed."""


class DataError(UserError):
    """An image or a folder of images cannot be used as it is."""


class WeightsError(UserError):
    """A weight or checkpoint file cannot be read, or belongs to another network."""


class BackboneUnavailableError(UserError):
    """The weights or the package that a metric or loss needs are not available here."""


class ConfigError(UserError):
    """A configuration key or value is not valid.

    Args:
        message: for the user.
        key: the key at fault, such as ``loss.pixel``, where the message alone does not lead to its
            file; commands add the file that chose it.
    """

    def __init__(self, message: str, key: str | None = None) -> None:
        super().__init__(message)
        self.key = key


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean 'x'?`` for the known word closest to ``word``, or nothing.

    Upper and lower case count as equal. ``word`` itself is never suggested.

    Example:
        >>> nearest("PSNRR", ["psnr", "ssim"]), nearest("psnr", ["psnr"])
        ("; did you mean 'psnr'?", '')
    """
    by_case = {other.casefold(): other for other in sorted({*known} - {word}, reverse=True)}
    close = difflib.get_close_matches(word.casefold(), by_case, n=1, cutoff=0.5)
    return f"; did you mean {by_case[close[0]]!r}?" if close else ""
