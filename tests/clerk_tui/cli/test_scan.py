"""``clerk scan``: the code on a paper, on the command line of a window that never saw its case."""

from __future__ import annotations

import codecs
import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from clerk_tui.cli import main
from clerk_tui.config import load_config
from clerk_tui.services import cases, intake
from clerk_tui.services.workspace import Workspace, open_workspace
from clerk_tui.store.exchange import keep_keys
from hall import wire
from hall.facts import PaperIssued
from tests.clerk_tui.walkins import COMPANY, MISSING, PERSON, restaurant

ROOT = Path(__file__).resolve().parents[3]
NAME = "示例市好味餐饮有限公司"


class Said(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Scan = Callable[..., Said]


def settings(folder: Path, code: str) -> Path:
    folder.mkdir()
    file = folder / "config.toml"
    file.write_text(
        f'[device]\ncode = "{code}"\n[catalogue]\npath = "{ROOT / "catalogue"}"\n'
        f'[store]\npath = "{folder / "clerk.db"}"\n[print]\ntarget = "dir:{folder / "papers"}"\n',
        encoding="utf-8",
    )
    return file


class Hall(NamedTuple):
    """Two windows that know each other's keys, and the code on a notice of the first."""

    first: Workspace
    other: Path
    reference: str
    code: str


@pytest.fixture
def hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hall]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    files = settings(tmp_path / "one", "A1"), settings(tmp_path / "two", "B2")
    first, second = (open_workspace(load_config(file)) for file in files)
    keys = [
        wire.DeviceKey(device=ws.journal.device().device_id, public_key=ws.journal.device().public_key)
        for ws in (first, second)
    ]
    for ws in (first, second):
        reply = wire.KeysReply(device="", epoch="", server_time_ms=1, secret=b"hall" * 8, keys=keys)
        keep_keys(ws.journal.database, reply, 1)
    second.close()
    reference = intake.submit(first, restaurant(first, layout=MISSING)).reference
    facts = first.journal.facts_of(cases.get(first, reference).case.case_id)
    codes = [fact.body.replica for fact in facts if isinstance(fact.body, PaperIssued) and fact.body.kind == "notice"]
    yield Hall(first, files[1], reference, codes[0])
    first.close()


@pytest.fixture
def scan(hall: Hall, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Scan:
    """``clerk scan`` at the second window."""

    def run(*arguments: str, stdin: bytes = b"") -> Said:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        capfd.readouterr()
        code = main(["--config", str(hall.other), "scan", *arguments])
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return Said(code, out, err)

    return run


def test_it_tells_what_the_paper_says(hall: Hall, scan: Scan) -> None:
    said = scan(hall.code, "--json")
    assert said.code == 0
    told = said.json
    assert (told["paper"], told["state"], told["matter"]["key"]) == ("notice", "noticed", "food-licence-new")
    assert [gap["code"] for gap in told["gaps"]] == ["layout"]
    assert (told["here"], told["can_go_on"], told["identity"], told["adopted"]) == (False, True, None, False)
    assert hall.reference not in said.out and NAME not in said.out and COMPANY not in said.out


@pytest.mark.parametrize("before", [b"", codecs.BOM_UTF8])
def test_it_reads_what_a_scanner_types_and_what_an_editor_saved(hall: Hall, scan: Scan, before: bytes) -> None:
    said = scan("--stdin", stdin=before + hall.code.encode() + b"\r\n")
    assert said.code == 0
    assert "设备设施" in said.out or "布局" in said.out


def test_the_card_is_compared_and_nothing_is_written_without_a_name(hall: Hall, scan: Scan) -> None:
    told = scan(hall.code, "--identity", COMPANY, "--json").json
    assert (told["identity"], told["reference"], told["adopted"]) == ("match", hall.reference, False)
    assert scan(hall.code, "--json").json["here"] is False


def test_with_card_and_name_the_window_goes_on(hall: Hall, scan: Scan) -> None:
    said = scan(hall.code, "--identity", COMPANY, "--name", NAME)
    assert said.code == 0
    assert f"clerk supplement {hall.reference} FILE" in said.out
    assert scan(hall.code, "--json").json["here"] is True
    ws = open_workspace(load_config(hall.other))
    try:
        assert cases.get(ws, hall.reference).case.adopted == "A1"
    finally:
        ws.close()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), "missing_argument"),
        (("TEXT", "--stdin"), "missing_argument"),
        (("CODE", "--name", NAME), "missing_argument"),
        (("CODE", "--identity", PERSON), "replica_identity"),
        (("CODE", "--identity", COMPANY, "--name", "别家有限公司"), "replica_name"),
        (("990100-W01-00017-C",), "replica_not_one"),
        (("CLK9:AAAA",), "replica_newer"),
        (("CUT",), "replica_altered"),
        (("--stdin",), "bad_scan"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_opened(
    hall: Hall, scan: Scan, arguments: tuple[str, ...], code: str
) -> None:
    words = {"CODE": hall.code, "CUT": hall.code[:-7]}
    said = scan(*(words.get(word, word) for word in arguments), "--json", stdin=b"\xff\xfe")
    assert said.code == 2
    error = said.json["error"]
    assert error["code"] == code
    assert error["message"] and error["hint"]
    assert COMPANY not in said.out and PERSON not in said.out
    assert scan(hall.code, "--json").json["here"] is False


def test_no_more_is_read_than_a_code_may_have(scan: Scan) -> None:
    said = scan("--stdin", "--json", stdin=b"CLK1:" + b"0" * 1_000_000)
    assert (said.code, said.json["error"]["code"]) == (2, "bad_scan")
