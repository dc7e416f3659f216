"""How much a code on paper holds: what reads it, what makes it and what checks a catalogue go by the same."""

from __future__ import annotations

from typing import Final

MAX_ROWS: Final = 120
"""Materials of one list."""
MAX_MATTER: Final = 80
"""Characters of a matter's key."""
MAX_VERSION: Final = 40
"""Characters of a catalogue's version."""
MAX_ANSWERS: Final = 60
"""Questions with an answer."""
MAX_ANSWER: Final = 60
"""Characters of the code of a question, and of each of its options."""
MAX_WINDOWS: Final = 32
"""Windows whose facts a paper may rest on beside those of its own."""
MAX_TELLINGS: Final = 64
"""Times that something was told and has not come, each with what was told then."""
MAX_PRINTED: Final = 3_391
"""Characters of the largest QR code that survives a stamp (version 40-M, alphanumeric, ISO/IEC 18004 table 7)."""
