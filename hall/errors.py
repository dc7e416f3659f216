"""Errors that a person at the counter can act on.

    HallError                 what, where, what to do
    ├── BadInput              a value that a person, a file or a command line gave is wrong
    │   ├── BadIdentity       an identity number, credit code or phone
    │   ├── BadName           a name with characters that may not be stored
    │   └── BadDate           a date or a number of days
    ├── BadCatalogue          the catalogue of matters fails its check
    ├── Unlawful              an outcome that the ticks do not support
    ├── BrokenChain           a journal whose hashes do not fit
    └── StoreError            the local database cannot do what was asked (raised by clerk_tui)

One place per front end turns them into a dialog, a toast or an exit code.
"""

from __future__ import annotations


class HallError(Exception):
    """A problem told in full.

    ``code`` is a stable word for scripts (``"unknown_matter"``), ``message`` says in Chinese what is wrong and
    where, ``field`` names the input it belongs to (dotted path, or ``None``), ``hint`` says what to do next.
    Messages never carry personal data: they name the field, not its value.
    """

    exit_code = 2

    def __init__(self, code: str, message: str, *, field: str | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.hint = hint

    def as_dict(self) -> dict[str, str | None]:
        """The error as the command line's JSON contract shows it."""
        return {"code": self.code, "message": self.message, "field": self.field, "hint": self.hint}


class BadInput(HallError):
    """A value given by a person, a file or a command line is wrong."""


class BadIdentity(BadInput):
    """An identity number, credit code or phone number that cannot be."""


class BadName(BadInput):
    """A name with characters that may not be stored or shown."""


class BadDate(BadInput):
    """A date or a number of days that cannot be counted with."""


class BadCatalogue(HallError):
    """The catalogue of matters fails its check; ``field`` is ``file: key``."""


class Unlawful(HallError):
    """An outcome that the ticks do not support."""


class BrokenChain(HallError):
    """A journal whose hashes do not fit; ``field`` is the sequence number of the first bad fact."""


class StoreError(HallError):
    """The local database cannot do what was asked; nothing was written."""
