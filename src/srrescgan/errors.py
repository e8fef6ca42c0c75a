"""Errors that a user can mend.

Every entry point prints the message of a :class:`UserError` on one or a few lines, without a
traceback, and exits with code 2. A message says what was wrong, where, what was expected, and what
to do about it. Anything else that is raised is a bug of ours and keeps its traceback.
"""


class UserError(Exception):
    """Something in the user's files, configuration or machine is not as it has to be."""


class DataError(UserError):
    """An image or a folder of images cannot be used as it is."""


class WeightsError(UserError):
    """A weight or checkpoint file cannot be read, or belongs to another network."""


class BackboneUnavailableError(UserError):
    """The ImageNet weights of a feature extractor cannot be had on this machine."""


class ConfigError(UserError):
    """A configuration key or value is not valid."""
