"""Numbers of a JSON file, as they were written."""

from __future__ import annotations


class Number(str):
    """A number as it was written (``120.50`` stays ``120.50``): where a text is wanted it is none."""

    __slots__ = ()
