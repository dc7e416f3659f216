"""What is wrong with a catalogue, told so that the person who edits it can repair it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from hall.errors import BadCatalogue


class Finding(Struct, frozen=True, order=True):
    """One problem: in which ``file``, at which ``key`` (dotted path, ``materials[code]``), what, what to do."""

    file: str
    key: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        where = f"{self.file}: {self.key}" if self.key else self.file
        return f"{where} — {self.message}" + (f"（{self.hint}）" if self.hint else "")


class CatalogueProblems(BadCatalogue):
    """A catalogue that fails its check. ``problems`` holds every finding, in order of file and place."""

    def __init__(self, problems: Sequence[Finding]) -> None:
        first = problems[0]
        where = f"{first.file}: {first.key}" if first.key else first.file
        more = f"（事项目录共有{len(problems)}处问题）" if len(problems) > 1 else ""
        super().__init__(
            "bad_catalogue",
            f"{where}：{first.message}{more}",
            field=where,
            hint=first.hint or "改好后运行 clerk matters check",
        )
        self.problems = tuple(problems)
