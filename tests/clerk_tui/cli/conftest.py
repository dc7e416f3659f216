"""The command line as a script meets it: arguments in; exit code, standard output and standard error back."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest
import time_machine

from clerk_tui.cli import main

ROOT = Path(__file__).resolve().parents[3]
MORNING = "2026-11-23T02:00:00+00:00"
"""Ten o'clock on a Monday at the hall."""


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one line of JSON on standard output."""
        assert self.out.count("\n") == 1, self.out
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        """The error of the contract: exit 2, exactly these keys, nothing else said."""
        assert self.code == 2, self
        assert set(self.json) == {"error"}, self.json
        error: dict[str, Any] = self.json["error"]
        assert set(error) == {"code", "message", "field", "hint"}
        assert error["code"] and error["message"]
        return error


class Clerk(Protocol):
    """Runs one command in this process."""

    def __call__(self, *arguments: object, stdin: bytes = b"") -> Done: ...


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh workstation, its current directory a checkout's: settings and catalogue are the sample's."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(ROOT)
    return tmp_path


@pytest.fixture
def morning() -> Iterator[None]:
    """The business date is 2026-11-23."""
    with time_machine.travel(MORNING):
        yield


@pytest.fixture
def clerk(home: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Clerk:
    def run(*arguments: object, stdin: bytes = b"") -> Done:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        capfd.readouterr()
        code = main([str(argument) for argument in arguments])
        sys.stderr.flush()
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return Done(code, out, err)

    return run


def walk_in(**changes: Any) -> dict[str, Any]:
    """A citizen who moves to a spouse, with everything on the desk."""
    return {
        "matter": "hukou-migration",
        "answers": {"destination": "here", "reason": "A", "cross_province": "no", "minors": "no"},
        "applicant": {
            "kind": "citizen",
            "name": "张三",
            "id_type": "resident_id",
            "id_number": "110101188001010011",
            "phone": "13800138000",
        },
        "agent": None,
        "fields": {
            "from_address": "示例省邻县和平街3号",
            "to_address": "示例市幸福路8号2栋301室",
            "host_name": "李四",
            "relation": "配偶",
            "elder_will": True,
        },
        "materials": dict.fromkeys(("application", "id_card", "hukou_book", "host_hukou", "marriage"), "present"),
        **changes,
    }


def saved(folder: Path, data: object, name: str = "walk-in.json") -> Path:
    """A file with this JSON."""
    path = folder / name
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path
