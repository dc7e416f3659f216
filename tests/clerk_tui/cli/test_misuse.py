"""Whatever is given, one error says what is wrong and where; nothing is written, and no number is repeated."""

from __future__ import annotations

import json
import resource
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clerk_tui.cli import main as command_line
from clerk_tui.cli.main import COMMANDS
from tests.clerk_tui.cli.conftest import Clerk, saved, walk_in
from tests.journals import Unprotected

NUMBER = "110101188001010011"


def facts(clerk: Clerk) -> int:
    """How many facts the journal holds."""
    count: int = clerk("journal", "verify", "--json").json["facts"]
    return count


@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [
        (["frobnicate"], "unknown_command", None),
        (["matters", "chek"], "unknown_command", None),
        (["deadline", "--fron", "2026-01-01"], "unknown_option", "--fron"),
        (["deadline"], "missing_argument", "--from"),
        (["deadline", "--from", "2026-01-01"], "missing_argument", "--days"),
        (["deadline", "--from", "2026-02-30", "--days", "1"], "bad_date", "--from"),
        (["deadline", "--from", "20260101", "--days", "1"], "bad_date", "--from"),
        (["deadline", "--from", "２０２６-01-01", "--days", "1"], "bad_date", "--from"),
        (["deadline", "--from", "2026-01-01", "--days", "-1"], "bad_days", "--days"),
        (["deadline", "--from", "2026-01-01", "--days", "nan"], "bad_days", "--days"),
        (["deadline", "--from", "2026-01-01", "--days", "1e9"], "bad_days", "--days"),
        (["deadline", "--from", "2026-01-01", "--days", "999999"], "bad_days", "--days"),
        (["deadline", "--from", "9999-12-30", "--days", "9"], "date_out_of_range", "--days"),
        (["deadline", "--from", "2026-01-01", "--days", "1", "--unit", "week"], "bad_argument", "--unit"),
        (["deadline", "--from", "2026-01-01", "--days", "1", "--calendar", "none.toml"], "bad_calendar", None),
        (["identity"], "missing_argument", "NUMBER"),
        (["identity", NUMBER, "--kind", "horoscope"], "unknown_kind", "--kind"),
        (["identity", NUMBER, NUMBER], "too_many_arguments", None),
        (["identity", f"--{NUMBER}"], "unknown_option", None),
        (["checklist", "hukou"], "unknown_matter", "matter"),
        (["checklist", "hukou-migration", "--answer", "reason"], "bad_answer", "--answer"),
        (["checklist", "hukou-migration", "--answer", "raeson=A"], "unknown_question", "answers.raeson"),
        (["checklist", "hukou-migration", "--answer", "reason=Z"], "unknown_answer", "answers.reason"),
        (["checklist", "hukou-migration", "--applicant-kind", "martian"], "bad_argument", "--applicant-kind"),
        (["checklist", "hukou-migration", "--age", "old"], "bad_argument", "--age"),
        (["matters", "show", "hukou"], "unknown_matter", "matter"),
        (["matters", "check", "/no/such/folder"], "no_catalogue", "/no/such/folder"),
        (["intake"], "missing_argument", "FILE"),
        (["intake", "nothing.json"], "no_file", "FILE"),
        (["intake", "catalogue"], "unreadable_file", "FILE"),
        (["intake", "/dev/zero"], "too_large", "FILE"),
        (["supplement", "SL01-A1-00001-T"], "missing_argument", "FILE"),
        (["case"], "missing_argument", "REF"),
        (["case", "SL01-A1-00001-T"], "unknown_case", "reference"),
        (["case", "SL01-A1-00001-X"], "reference_check", "reference"),
        (["case", "hello"], "reference_shape", "reference"),
        (["reprint"], "missing_argument", "PAPER"),
        (["reprint", "hello"], "unknown_paper", "paper"),
        (["enrol", "http://127.0.0.1:9"], "missing_argument", "CODE"),
        (["enrol", "http://127.0.0.1:9", "code"], "centre_unreachable", "centre.url"),
        (["demo", "--headless"], "missing_argument", "--out"),
        (["demo", "--out", "papers"], "bad_argument", "--out"),
        (["aside", "1", "--correct", "甲", "--resend"], "bad_argument", "--resend"),
        (["aside", "1", "--hand-over", "甲", "--reason", "乙"], "bad_argument", "--reason"),
        (["aside", "--reason", "乙"], "bad_argument", "--reason"),
        (["conflicts", "x", "--stands", "first", "--verify", "甲"], "bad_argument", "--verify"),
        (["conflicts", "x", "--verify", "甲", "--reason", "乙"], "bad_argument", "--reason"),
        (["station", "--print", "book", "today.csv"], "bad_argument", "--print"),
        (["--config", "none.toml", "outbox"], "bad_config", None),
        (["--config", "catalogue", "outbox"], "bad_config", None),
    ],
)
def test_a_misuse_is_told_in_the_one_shape(clerk: Clerk, arguments: list[str], code: str, field: str | None) -> None:
    done = clerk(*arguments, "--json")
    error = done.error
    assert error["code"] == code
    assert field is None or error["field"] == field
    assert NUMBER not in done.out + done.err

    plain = clerk(*arguments)
    assert (plain.code, plain.out) == (2, "")
    assert plain.err.startswith("错误：")
    assert NUMBER not in plain.err


@pytest.mark.parametrize("near", [("matters", "chek"), ("checklist", "hukou-migration", "--anser", "x"), ("intaek",)])
def test_a_slip_of_the_finger_is_put_right(clerk: Clerk, near: tuple[str, ...]) -> None:
    assert "是不是" in clerk(*near).err


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe{\x00}\x00",
        b'{"matter": "hukou\x00migration"}',
        b'{"matter": NaN}',
        b'{"matter": "a", "matter": "b"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"\xd5\xc5\xc8\xfd",
        b'{"matter": ' + b"9" * 10_000 + b"}",
        b'{"matter": "\\ud800"}',
        b'{"matter": "\\u001b]52;c;x\\u0007"}',
        b'{"matter": {"key": "hukou-migration"}}',
        b'{"matter": "hukou-migration", "materials": []}',
        b'{"matter": "hukou-migration", "answers": {"reason": {"A": 1}}}',
        b'{"matter": "hukou-migration", "applicant": "me"}',
        b'{"matter": "hukou-migration", "colour": "red"}',
    ],
    ids=lambda content: content[:16].hex(),
)
def test_a_file_that_is_no_walk_in_is_refused(clerk: Clerk, home: Path, content: bytes) -> None:
    path = home / "bad.json"
    path.write_bytes(content)
    for done in (clerk("intake", path, "--json"), clerk("intake", "-", "--json", stdin=content)):
        assert done.error
        assert "\x1b" not in done.out
    assert "\x1b" not in clerk("intake", path).err
    assert facts(clerk) == 0


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"matter": None}, "key_missing", "matter"),
        ({"applicant": {"kind": "citizen"}}, "value_missing", "applicant.name"),
        ({"applicant": {**walk_in()["applicant"], "id_number": "110101188001010012"}}, None, "applicant.id_number"),
        ({"applicant": {**walk_in()["applicant"], "name": "张\x00三"}}, None, "applicant.name"),
        ({"applicant": {**walk_in()["applicant"], "nmae": "张三"}}, "unknown_key", "applicant.nmae"),
        ({"applicant": {**walk_in()["applicant"], "phone": "123"}}, None, "applicant.phone"),
        ({"answers": {"reason": "A"}}, "unanswered", "answers.destination"),
        ({"fields": {"form_address": "x"}}, "unknown_key", "fields.form_address"),
        ({"materials": {"application": "there"}}, None, "materials.application"),
        ({"materials": {"applicaton": "present"}}, "unknown_material", "materials.applicaton"),
        ({"materials": {"application": {"state": "unacceptable"}}}, "needs_reason", "materials.application"),
        ({"materials": {"application": {"state": "promised", "until": "2026-11-24"}}}, "not_tolerable", None),
        ({"materials": {"marriage": {"state": "promised", "until": "2027-11-24"}}}, "promise_too_late", None),
        ({"materials": {"marriage": {"state": "promised", "until": "soon"}}}, None, "materials.marriage.until"),
        ({"materials": {"marriage": "held"}}, "not_held", "materials.marriage"),
        ({"outcome": "refused"}, "unlawful_outcome", "outcome"),
        ({"outcome": "noticed"}, "unlawful_outcome", "outcome"),
        ({"outcome": "blessed"}, None, "outcome"),
        ({"outcome": "accepted", "materials": {}}, "unlawful_outcome", "outcome"),
        ({"outcome": "refused", "refusal": {"ground": "other", "reason": " "}}, "needs_reason", "refusal.reason"),
        (
            {"outcome": "refused", "refusal": {"ground": "not_authority", "reason": "不归我管"}},
            "needs_organ",
            "refusal.where.organ",
        ),
        ({"agent": {"name": "王小明", "id_number": "91990100MA0000015X"}}, None, "agent.id_number"),
    ],
)
@pytest.mark.usefixtures("morning")
def test_what_is_unlawful_or_wrong_writes_nothing(
    clerk: Clerk, home: Path, changes: dict[str, Any], code: str | None, field: str | None
) -> None:
    done = clerk("intake", saved(home, walk_in(**changes)), "--json")
    assert code is None or done.error["code"] == code
    assert field is None or done.error["field"] == field
    for secret in (NUMBER, "110101188001010012", "13800138000"):
        assert secret not in done.out + done.err
    assert facts(clerk) == 0
    assert not (home / "data" / "clerk" / "papers").exists()


def test_an_unlawful_wish_says_what_is_lawful(clerk: Clerk, home: Path) -> None:
    error = clerk("intake", saved(home, walk_in(materials={}, outcome="accepted")), "--json").error
    assert error["code"] == "unlawful_outcome"
    assert "一次性告知补正" in error["hint"]


@pytest.mark.parametrize("call", [("identity", "-"), ("find", "-"), ("enrol", "http://127.0.0.1:9", "-")])
def test_standard_input_that_is_no_text_is_refused(clerk: Clerk, call: tuple[str, ...]) -> None:
    assert clerk(*call, "--json", stdin=b"\xd5\xc5\xc8\xfd").error["code"] == "bad_input"


def test_a_name_of_a_file_may_be_a_number_but_is_not_repeated(clerk: Clerk) -> None:
    assert NUMBER not in clerk("intake", f"{NUMBER}.json").err
    assert NUMBER not in clerk("intake", f"{NUMBER}.json", "--json").out


def test_a_broken_catalogue_says_every_problem(clerk: Clerk, home: Path) -> None:
    (home / "matters").mkdir()
    (home / "catalogue.toml").write_text('version = "1"\neffective = 2026-01-01\n')
    (home / "matters" / "a.toml").write_text("key = \n")
    told = clerk("matters", "check", home, "--json")
    assert told.code == 2
    assert told.json["error"]["code"] == "bad_catalogue"
    assert {"hall.toml", "departments.toml", "matters/a.toml"} <= {each["file"] for each in told.json["problems"]}
    plain = clerk("matters", "check", home)
    assert "matters/a.toml" in plain.out and "错误：" in plain.err


def test_a_broken_database_is_not_touched(clerk: Clerk, home: Path) -> None:
    path = home / "data" / "clerk" / "clerk.db"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"not a database" * 100)
    assert clerk("intake", saved(home, walk_in()), "--json").error["code"] == "not_a_database"
    assert path.read_bytes() == b"not a database" * 100
    assert clerk("doctor").code == 2


def test_doctor_reads_the_journal_from_its_first_record(clerk: Clerk, home: Path) -> None:
    for _ in range(8):
        assert clerk("intake", saved(home, walk_in()), "--json").code == 0
    with closing(Unprotected(home / "data" / "clerk" / "clerk.db")) as connection:
        connection.execute("UPDATE event SET public = CAST(CAST(public AS TEXT) || ' ' AS BLOB) WHERE seq = 2")
    told = clerk("doctor", "--json")
    store = next(check for check in told.json["checks"] if check["check"] == "store")
    assert (told.code, store["state"]) == (2, "fail")
    assert "第2条" in store["message"] and "clerk restore" in store["hint"]


@contextmanager
def full_disk(store: Path) -> Iterator[None]:
    """No file grows any more, and SQLite's index of the WAL is not there yet: a disk without a free byte."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    usage = shutil.disk_usage(store.parent)._replace(free=0)
    with pytest.MonkeyPatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _: usage)
        resource.setrlimit(resource.RLIMIT_FSIZE, (24 << 10, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_does_not_hide_what_the_journal_is_like(clerk: Clerk, home: Path) -> None:
    """Sound or damaged is what somebody has to know then; that nothing could be kept is only added."""
    last = clerk("intake", saved(home, walk_in()), "--json").json["journal"]
    store = home / "data" / "clerk" / "clerk.db"
    with full_disk(store):
        done = clerk("journal", "verify", "--json")
        told = clerk("doctor", "--json")
    assert (done.code, done.json["ok"], done.json["head"]) == (0, True, last)
    assert "核对的结果没有保存" in done.err
    states = {check["check"]: check for check in told.json["checks"]}
    assert states["store"]["state"] == "warn" and "核对无误" in states["store"]["message"]
    assert "核对的结果没有保存" in states["store"]["message"]
    assert states["disk"]["state"] == "fail" and states["papers"]["state"] == "ok"
    with closing(Unprotected(store)) as connection:
        connection.execute("UPDATE event SET public = CAST(CAST(public AS TEXT) || ' ' AS BLOB) WHERE seq = 2")
    with full_disk(store):
        error = clerk("journal", "verify", "--json").error
        told = clerk("doctor", "--json")
    assert (error["code"], error["field"]) == ("changed_fact", "2")
    assert "第2条" in next(check for check in told.json["checks"] if check["check"] == "store")["message"]


@pytest.mark.parametrize("column", ["public", "header"])
def test_verify_names_the_first_bad_fact_of_a_damaged_end(clerk: Clerk, home: Path, column: str) -> None:
    seqs = [clerk("intake", saved(home, walk_in()), "--json").json["journal"]["seq"] for _ in range(2)]
    with closing(Unprotected(home / "data" / "clerk" / "clerk.db")) as connection:
        connection.execute(f"UPDATE event SET {column} = x'7b' WHERE seq = ?", (seqs[1],))
    assert clerk("intake", saved(home, walk_in()), "--json").error["code"] == "store_corrupt"
    error = clerk("journal", "verify", "--json").error
    assert error["code"] in ("changed_fact", "unreadable_fact") and error["field"] == str(seqs[1])
    assert "clerk restore" in error["hint"] and clerk("journal", "rebuild", "--json").error == error


def test_verify_finds_a_journal_that_is_gone_and_makes_none(clerk: Clerk, home: Path) -> None:
    clerk("intake", saved(home, walk_in()), "--json")
    folder = home / "data" / "clerk"
    shutil.rmtree(folder)
    for command in ("verify", "rebuild", "verify"):
        error = clerk("journal", command, "--json").error
        assert error["code"] == "rolled_back" and "不见了" in error["message"] and "clerk restore" in error["hint"]
    assert not folder.exists() or not list(folder.glob("clerk.db*"))


def test_verify_finds_a_journal_that_was_set_back(clerk: Clerk, home: Path) -> None:
    clerk("intake", saved(home, walk_in()), "--json")
    folder, image = home / "data" / "clerk", home / "image"
    shutil.copytree(folder, image)
    assert clerk("journal", "verify", "--json").json["ok"]
    clerk("intake", saved(home, walk_in()), "--json")
    shutil.rmtree(folder)
    shutil.copytree(image, folder)
    error = clerk("journal", "verify", "--json").error
    assert error["code"] == "rolled_back" and "旧的一份" in error["message"]


def test_a_calendar_that_cannot_be_read_is_told_as_the_argument_it_was(clerk: Clerk, home: Path) -> None:
    gone = home / "gone.toml"
    error = clerk("deadline", "--from", "2026-12-28", "--days", 10, "--calendar", gone, "--json").error
    assert (error["code"], error["field"]) == ("bad_calendar", "--calendar: gone.toml")
    assert "--calendar" in error["hint"] and "config.toml" not in error["hint"]


SURROGATE = "\ud800"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('{"matter": "hukou-migration", "applicant": {"id_number": "\\ud800"}}', "applicant.id_number"),
        ('{"matter": "\\udfff"}', "matter"),
        ('{"answers": {"reason": ["A", "\\ud800"]}}', "answers.reason.1"),
        ('{"fields": {"\\ud800": "x"}}', "fields"),
        ('{"\\ud800": "x"}', "FILE"),
    ],
)
@pytest.mark.parametrize("command", ["intake", "inquiry"])
def test_half_a_character_in_a_file_is_refused(clerk: Clerk, home: Path, command: str, text: str, field: str) -> None:
    path = home / "half.json"
    path.write_text(text, encoding="ascii")
    error = clerk(command, path, "--json").error
    assert (error["code"], error["field"]) == ("bad_text", field)


@pytest.mark.parametrize(
    "arguments",
    [
        ("case", SURROGATE),
        ("find", f"张{SURROGATE}"),
        ("identity", "\udcff"),
        ("intake", "\udcff.json"),
        ("checklist", "hukou-migration", "--answer", f"reason={SURROGATE}"),
        ("matters", "search", SURROGATE),
        ("deadline", "--from", SURROGATE, "--days", "1"),
    ],
)
def test_half_a_character_in_an_argument_is_refused(clerk: Clerk, arguments: tuple[str, ...]) -> None:
    assert clerk(*arguments, "--json").error["code"] == "bad_text"


def test_a_whole_character_beyond_the_first_plane_is_none_of_these(clerk: Clerk, home: Path) -> None:
    person = {**walk_in()["applicant"], "name": "张𠮷"}
    path = home / "whole.json"
    path.write_text(json.dumps(walk_in(applicant=person)), encoding="ascii")
    assert "\\ud842" in path.read_text() and clerk("intake", path, "--json").code == 0


def test_warnings_are_noted_beside_the_answer(clerk: Clerk, home: Path) -> None:
    person = {**walk_in()["applicant"]}
    del person["phone"]
    done = clerk("intake", saved(home, walk_in(applicant=person)), "--json")
    assert done.code == 0 and set(done.json) == set(clerk("intake", saved(home, walk_in()), "--json").json)
    assert "没有联系电话" in done.err


def test_a_fault_shows_no_values_and_says_where_the_log_is(
    clerk: Clerk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clerk_tui.services import cases

    people = ("张三", NUMBER)

    def fails(*_: object) -> None:
        raise KeyError(*people)

    monkeypatch.setattr(cases, "find", fails)
    done = clerk("find", "张三", "--json")
    log = home / "state" / "clerk" / "clerk.log"
    assert (done.code, done.json["error"]["code"]) == (70, "internal")
    assert str(log) in done.json["error"]["message"]
    assert "KeyError" in log.read_text() and "cases" not in done.out
    for secret in people:
        assert secret not in done.out + done.err + log.read_text()


WORDS = st.sampled_from(
    [*COMMANDS, "--json", "--from", "--days", "check", "verify", "show", "-", "=", "{}", "--answer"]
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    command=st.sampled_from(["deadline", "identity", "checklist", "matters", "case", "find", "reprint", "supplement"]),
    rest=st.lists(WORDS | st.text(st.characters(exclude_characters="\0"), max_size=12), max_size=4),
)
def test_no_words_bring_it_down(home: Path, capfd: pytest.CaptureFixture[str], command: str, rest: list[str]) -> None:
    code = command_line([command, *rest, "--json"])
    out, _err = capfd.readouterr()
    assert code in (0, 2)
    assert not any(char in out for char in "\x1b\x9b\u202e")
    if "--help" not in rest and "-h" not in rest and code == 2 and command != "matters":
        assert set(json.loads(out)["error"]) == {"code", "message", "field", "hint"}
