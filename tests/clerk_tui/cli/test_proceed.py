"""``clerk proceed``: a step after the receipt as data; the checking sheet before it; the language of papers."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import fields

from clerk_tui.services.proceed_json import ACTIONS, keys_of
from receipts.wording import chinese_date
from tests.clerk_tui.cli.conftest import ROOT, Clerk, saved, walk_in
from tests.receipts.reading import joined, read_text

PAGE = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
ANSWER = {"reference", "state", "promised_due", "statutory_due", "expected_due", "papers", "journal"}
HEARING = {"name": "听证", "days": 3, "basis": "行政许可法第四十六条"}
COPYS = "documents[0].copys"
CERTIFICATE = {"name": "准迁证", "copies": 2}
pytestmark = pytest.mark.usefixtures("morning")


@pytest.fixture
def reference(clerk: Clerk, home: Path) -> str:
    """An accepted case."""
    told = clerk("intake", saved(home, walk_in()), "--json").json
    assert told["outcome"] == "accepted"
    return str(told["reference"])


@pytest.mark.parametrize("action", ACTIONS)
def test_the_page_has_the_keys_of_every_action(action: str) -> None:
    (row,) = re.findall(rf"^\| `{action}` \| (.*?) \|", PAGE, re.M)
    bold = set(re.findall(r"\*\*`(\w+)`\*\*", row))
    wanted = fields(keys_of(action))
    assert bold == {field.name for field in wanted if field.required}
    assert {field.name for field in wanted} <= set(re.findall(r"`(\w+)`", row))


def test_a_case_goes_its_way_by_files(clerk: Clerk, home: Path, reference: str) -> None:
    steps: list[tuple[dict[str, Any], str, list[str]]] = [
        ({"action": "announce_procedure", **HEARING}, "accepted", ["procedure"]),
        ({"action": "end_procedure", "name": "听证", "ends": "2026-11-23"}, "accepted", []),
        ({"action": "decide", "granted": True, "result_copies": 2}, "decided", ["grant"]),
        ({"action": "serve", "documents": [f"{reference}/J1", CERTIFICATE], "how": "direct"}, "decided", ["served"]),
        ({"action": "pickup", "how": "collected"}, "delivered", ["pickup"]),
    ]  # fmt: skip
    for step, state, kinds in steps:
        told = clerk("proceed", reference, saved(home, step), "--json").json
        assert set(told) == ANSWER, told
        assert (told["expected_due"] is not None) == (step["action"] == "announce_procedure")
        if told["expected_due"]:
            paper = joined(read_text(Path(told["papers"][0]["path"]).read_bytes()))
            assert chinese_date(dt.date.fromisoformat(told["expected_due"])) in paper
            assert told["expected_due"] > told["promised_due"]
        assert (told["state"], [paper["kind"] for paper in told["papers"]]) == (state, kinds)
        assert all(Path(paper["path"]).read_bytes().startswith(b"%PDF") for paper in told["papers"])


@pytest.mark.parametrize(
    ("data", "code", "field"),
    [
        ({}, "key_missing", "action"),
        ({"action": "extent"}, "unknown_value", "action"),
        ({"action": ["extend"]}, "unknown_value", "action"),
        ({"action": "extend", "days": 5}, "key_missing", "approver"),
        ({"action": "extend", "days": "much", "approver": "a", "reason": "b"}, "wrong_type", "days"),
        ({"action": "extend", "days": 5, "approver": "a", "reason": "b", "ws": 1}, "unknown_key", "ws"),
        ({"action": "restart", "reference": "x"}, "unknown_key", "reference"),
        ({"action": "decide", "granted": "maybe"}, "wrong_type", "granted"),
        ({"action": "end_procedure", "name": "听证", "ends": "tomorrow"}, "wrong_type", "ends"),
        ({"action": "serve", "documents": [{"name": "证", "copys": 2}], "how": "direct"}, "unknown_key", COPYS),
        ({"action": "serve", "documents": [{"number": "1"}], "how": "direct"}, "key_missing", "documents[0].name"),
        ({"action": "serve", "documents": [], "how": "thrown"}, "wrong_type", "how"),
        ({"action": "decide", "granted": False}, "value_missing", "reason"),
        ({"action": "remind_promise"}, "paper_not_due", "kind"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_understood_is_refused(
    clerk: Clerk, home: Path, reference: str, data: dict[str, Any], code: str, field: str
) -> None:
    before = clerk("journal", "verify", "--json").json
    error = clerk("proceed", reference, saved(home, data), "--json").error
    assert (error["code"], error["field"]) == (code, field)
    assert error["hint"]
    assert clerk("journal", "verify", "--json").json == before


def test_what_is_missing_on_the_line_is_said(clerk: Clerk, home: Path) -> None:
    assert clerk("proceed", "--json").error["field"] == "REF"
    assert clerk("proceed", "SL01-A1-00001-T", "--json").error["field"] == "FILE"
    nowhere = clerk("proceed", "SL01-A1-00001-T", saved(home, {"action": "restart"}), "--json")
    assert nowhere.error["code"] == "unknown_case"


def test_a_checking_sheet_receives_nothing(clerk: Clerk, home: Path) -> None:
    file = saved(home, walk_in())
    told = clerk("intake", file, "--checking", "--json").json
    assert set(told) == {"reference", "day", "papers", "journal"}
    assert [paper["kind"] for paper in told["papers"]] == ["checking"]
    assert clerk("case", told["reference"], "--json").json["state"] == "inquiry"
    assert clerk("intake", file, "--json").json["reference"] != told["reference"]


def test_the_language_of_papers_is_a_key_of_the_walk_in(clerk: Clerk, home: Path) -> None:
    pages = {}
    for language in ("zh", "en"):
        told = clerk("intake", saved(home, walk_in(language=language)), "--json").json
        pages[language] = Path(told["papers"][0]["path"]).read_bytes()
    assert len(pages["en"]) > len(pages["zh"])
    error = clerk("intake", saved(home, walk_in(language="fr")), "--json").error
    assert (error["code"], error["field"]) == ("unknown_value", "language")
    question = {"matter": "hukou-migration", "language": "en"}
    assert clerk("inquiry", saved(home, question), "--json").code == 0


def test_characters_that_no_font_has_are_said_by_every_command(clerk: Clerk, home: Path) -> None:
    name = {**walk_in()["applicant"], "name": "张\U00031350"}
    done = clerk("intake", saved(home, walk_in(applicant=name)), "--json")
    assert done.json["unprintable"] == ["U+31350"]
    assert "[U+31350]" in done.err
    step = {"action": "decide", "granted": False, "reason": "不符"}
    after = clerk("proceed", done.json["reference"], saved(home, step), "--json")
    assert after.json["unprintable"] == ["U+31350"]
    assert "[U+31350]" in after.err


def test_what_is_not_stored_as_it_was_given_is_said_by_every_command(clerk: Clerk, home: Path) -> None:
    person = {**walk_in()["applicant"], "name": "\ue863某・阿"}
    faulty = {**walk_in()["materials"], "marriage": {"state": "unacceptable", "reason": "\ue863"}}
    done = clerk("intake", saved(home, walk_in(applicant=person, materials=faulty)), "--json")
    assert done.json["outcome"] == "noticed"
    assert "applicant.name 按标准写法保存：[U+E863] -> 䶮、・ -> ·\n" in done.err
    assert "materials.marriage.reason 按标准写法保存：[U+E863] -> 䶮\n" in done.err
    again = clerk(
        "supplement",
        done.json["reference"],
        saved(
            home,
            {
                "materials": faulty | {"marriage": {"state": "unacceptable", "reason": "\ue864"}},
                "second_notice_reason": "\ue864\ue863",
            },
        ),
        "--json",
    )
    assert "materials.marriage.reason 按标准写法保存：[U+E864] -> 龻\n" in again.err
    assert "second_notice_reason 按标准写法保存：[U+E864][U+E863] -> 龻䶮\n" in again.err


def test_every_note_about_what_was_given_names_its_key(clerk: Clerk, home: Path) -> None:
    """A script that sent a hundred walk-ins finds the line of its own file."""
    person = {**walk_in()["applicant"], "name": "张\U00031350", "phone": ""}
    empty = {**walk_in()["fields"], "to_address": ""}
    done = clerk("intake", saved(home, walk_in(applicant=person, fields=empty)), "--json")
    assert {line.split()[0] for line in done.err.splitlines()} == {
        "applicant.id_number",
        "applicant.name",
        "applicant.phone",
        "fields.to_address",
    }
