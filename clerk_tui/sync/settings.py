"""What the sync process must know; handed to it by the counter."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from clerk_tui.store.sealed_files import folder_of


class Settings(Struct, frozen=True, kw_only=True):
    """The journal at ``path``, the centre at ``url``, the file with the token.

    ``first_wait_s``: the first try after an outage waits a random time up to this. What a refused device has not sent
    is sealed in the name of ``office``.
    """

    path: Path
    url: str
    token_file: Path
    office: str = ""
    first_wait_s: float = 120.0

    @property
    def sealed_folder(self) -> Path:
        """The folder that sealed files go into."""
        return folder_of(self.path)
