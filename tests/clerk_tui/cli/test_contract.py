"""The JSON that scripts rely on, key by key."""

from __future__ import annotations

import socket
import sqlite3
import struct
from pathlib import Path
from typing import Any

import pytest
import time_machine

from clerk_tui.config import load_config
from clerk_tui.services import cases
from clerk_tui.services.workspace import open_workspace
from clerk_tui.store.journal import Entry
from hall.facts import CaseDecided
from tests.clerk_tui.cli.conftest import Clerk, saved, walk_in
from tests.clerk_tui.printing.tickets import printer


def break_off(connection: socket.socket, jobs: list[bytes]) -> None:
    """A printer whose plug is pulled when it has begun."""
    connection.recv(10)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


OUTCOME = {"outcome", "lawful", "gaps", "reference", "papers", "journal"}
DATES = {"received", "accepted", "promised_due", "statutory_due"}
RESULT = OUTCOME | DATES
MIGRATION = {
    "matter": "hukou-migration",
    "applicant": {"kind": "citizen", "name": "李四", "id_number": "110101188503120026"},
    "materials": {"application": "present", "id_card": "present", "hukou_book": "present"},
}


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        # The Sunday 4 January 2026 is worked, New Year is not: the start day is not counted.
        (["--from", "2025-12-31", "--days", "1"], {"due": "2026-01-04", "provisional": False}),
        (["--from", "2026-01-16", "--days", "10"], {"due": "2026-01-30", "provisional": False}),
        (["--from", "2026-01-16", "--days", "0.5"], {"due": "2026-01-19", "provisional": False}),
        (["--from", "2026-01-16", "--days", "0"], {"due": "2026-01-16", "provisional": False}),
        # A limit in plain days that ends on a Saturday ends on the Monday after it.
        (
            ["--from", "2026-01-17", "--days", "7", "--unit", "calendar_day"],
            {"due": "2026-01-26", "provisional": False},
        ),
        # The days off of 2027 are not known here.
        (["--from", "2026-12-28", "--days", "10"], {"due": "2027-01-12", "provisional": True}),
    ],
)
def test_a_deadline_is_a_day_and_whether_it_is_provisional(clerk: Clerk, arguments: list[str], answer: object) -> None:
    assert clerk("deadline", *arguments, "--json").json == answer


def test_a_centres_own_calendar_makes_a_deadline_certain(clerk: Clerk, home: Path) -> None:
    calendar = saved(home, {"2027": {"off": ["2027-01-01"], "work": []}}, "2027.json")
    done = clerk("deadline", "--from", "2026-12-28", "--days", 10, "--calendar", calendar, "--json")
    assert done.json == {"due": "2027-01-12", "provisional": False}


@pytest.mark.parametrize(
    ("number", "kind", "valid", "masked"),
    [
        ("110101188001010011", "resident_id", True, "110101********0011"),
        ("110101188001010012", "resident_id", False, "110101********0012"),
        ("91990100MA0000015X", "uscc", True, "919901********015X"),
        ("810000199408230021", "hmt_residence", True, "810000********0021"),
    ],
)
def test_a_wrong_number_is_an_answer_and_no_failure(
    clerk: Clerk, number: str, kind: str, valid: bool, masked: str
) -> None:
    done = clerk("identity", number, "--json")
    assert done.code == 0
    assert set(done.json) == {"kind", "valid", "warnings", "masked"}
    assert (done.json["kind"], done.json["valid"], done.json["masked"]) == (kind, valid, masked)
    assert valid or done.json["warnings"]


def test_a_number_can_come_from_standard_input(clerk: Clerk) -> None:
    assert clerk("identity", "-", "--json", stdin=b"110101188001010011\n").json["masked"] == "110101********0011"
    assert clerk("identity", "-", stdin=b"110101188001010011").out.startswith("110101********0011")


def test_a_kind_can_be_demanded(clerk: Clerk) -> None:
    done = clerk("identity", "110101188001010011", "--kind", "hmt_residence", "--json")
    assert (done.json["kind"], done.json["valid"]) == ("hmt_residence", False)


def test_a_checklist_says_what_is_asked_and_why(clerk: Clerk) -> None:
    done = clerk("checklist", "hukou-migration", "--answer", "reason=A", "--json")
    assert done.code == 0
    assert set(done.json) == {"matter", "situations", "materials"}
    assert done.json["matter"] == "hukou-migration"
    assert done.json["situations"] == [{"code": "A", "name": "夫妻投靠"}]
    for row in done.json["materials"]:
        assert set(row) == {
            "code", "name", "required", "tolerable", "held", "form", "copies", "source", "why"
        }  # fmt: skip
        assert row["why"] and row["name"]
    assert "marriage" in [row["code"] for row in done.json["materials"]]
    assert "destination" in done.err, "open questions are told beside the answer"


def test_an_agent_brings_an_authorisation(clerk: Clerk) -> None:
    alone = clerk("checklist", "hukou-migration", "--answer", "reason=A", "--json").json["materials"]
    by_agent = clerk("checklist", "hukou-migration", "--answer", "reason=A", "--agent", "--json").json["materials"]
    assert {row["code"] for row in by_agent} - {row["code"] for row in alone} == {"proxy"}


def test_a_checklist_says_what_may_be_decided_against_the_applicant_and_lists_the_materials(clerk: Clerk) -> None:
    """行政许可法 art. 34, 38: told before applying, and no reason to turn anybody away."""
    done = clerk(
        "checklist", "tobacco-retail-licence", "--answer", "near_school=yes", "--answer", "priority=no", "--json"
    )
    assert set(done.json) == {"matter", "situations", "materials", "cautions"}
    (caution,) = done.json["cautions"]
    assert set(caution) == {"code", "text", "basis"} and caution["text"] in done.err
    far = clerk(
        "checklist", "tobacco-retail-licence", "--answer", "near_school=no", "--answer", "priority=no", "--json"
    )
    assert set(far.json) == {"matter", "situations", "materials"}


def test_a_checklist_says_that_nothing_is_needed_and_where_to_go(clerk: Clerk) -> None:
    """With an exit there is one key more; without one the keys are the same as ever."""
    prepackaged = ("--answer", "business=retail", "--answer", "sells=prepackaged", "--answer", "vending=no")
    for place, grounds in (("yes", ["not_needed"]), ("no", ["not_needed", "not_authority"])):
        done = clerk("checklist", "food-licence-new", "--answer", f"in_city={place}", *prepackaged, "--json")
        assert set(done.json) == {"matter", "situations", "materials", "exits"}
        assert [each["ground"] for each in done.json["exits"]] == grounds
        assert all(each["reason"] in done.err for each in done.json["exits"])
    assert done.json["exits"][0]["where"] is None
    assert set(done.json["exits"][1]["where"]) == {"organ", "address", "phone"}
    assert done.json["exits"][1]["where"]["organ"] in done.err
    catering = clerk(
        "checklist", "food-licence-new", "--answer", "in_city=yes", "--answer", "business=catering", "--json"
    )
    assert set(catering.json) == {"matter", "situations", "materials"}


def test_a_checklist_for_people_lists_no_papers_where_nothing_is_needed(clerk: Clerk) -> None:
    told = clerk("checklist", "food-licence-new", "--answer", "business=retail", "--answer", "sells=prepackaged").out
    assert "不需要取得食品经营许可" in told and "[application]" not in told
    assert "[application]" in clerk("checklist", "food-licence-new", "--answer", "business=catering").out


def test_a_checklist_can_show_its_questions(clerk: Clerk) -> None:
    told = clerk("checklist", "hukou-migration", "--answer", "reason=B", "--questions", "--json").json
    assert {"code", "text", "kind", "options", "answer"} == set(told["questions"][0])
    assert "direction" in told["open_questions"]


@pytest.mark.usefixtures("morning")
def test_an_acceptance_has_its_dates_and_its_paper(clerk: Clerk, home: Path) -> None:
    done = clerk("intake", saved(home, walk_in()), "--json")
    assert done.code == 0, done
    told = done.json
    assert set(told) == RESULT
    assert (told["outcome"], told["lawful"], told["gaps"]) == ("accepted", ["accepted"], [])
    assert told["reference"] == "SL01-A1-00001-T"
    assert (told["received"], told["accepted"]) == ("2026-11-23", "2026-11-23")
    assert (told["promised_due"], told["statutory_due"]) == ("2026-11-30", "2026-12-21")
    assert [set(paper) for paper in told["papers"]] == [{"kind", "path", "pages"}]
    assert Path(told["papers"][0]["path"]).read_bytes().startswith(b"%PDF")
    assert told["papers"][0]["pages"] >= 1
    assert set(told["journal"]) == {"seq", "hash"}
    assert clerk("journal", "verify", "--json").json["head"] == told["journal"]


@pytest.mark.usefixtures("morning")
def test_a_notice_names_every_gap_and_a_supplement_closes_it(clerk: Clerk, home: Path) -> None:
    materials = {
        "application": {"state": "unacceptable", "reason": "没有签名"},
        "id_card": "present",
        "host_hukou": "present",
        "marriage": "present",
    }
    told = clerk("intake", saved(home, walk_in(materials=materials)), "--json").json
    assert told["outcome"] == "noticed"
    assert [gap["code"] for gap in told["gaps"]] == ["application", "hukou_book"]
    assert told["gaps"][0]["problem"] == "没有签名"
    assert all(set(gap) == {"code", "name", "problem", "remedy"} and gap["remedy"] for gap in told["gaps"])
    assert (told["accepted"], told["promised_due"], told["statutory_due"]) == (None, None, None)
    assert [paper["kind"] for paper in told["papers"]] == ["receipt", "notice"]

    part = saved(home, {"materials": {"application": "present"}})
    partly = clerk("supplement", told["reference"], part, "--json").json
    assert (partly["outcome"], [gap["code"] for gap in partly["gaps"]]) == ("noticed", ["hukou_book"])
    rest = saved(home, {"materials": {"hukou_book": "present"}})
    whole = clerk("supplement", told["reference"], rest, "--json").json
    assert set(whole) == RESULT
    assert (whole["outcome"], whole["accepted"], whole["reference"]) == ("accepted", "2026-11-23", told["reference"])


@pytest.mark.usefixtures("morning")
def test_promises_are_kept_one_at_a_time(clerk: Clerk, home: Path) -> None:
    soon = {"state": "promised", "until": "2026-11-24"}
    there = dict.fromkeys(("application", "hukou_book"), "present")
    materials = there | dict.fromkeys(("id_card", "host_hukou", "marriage"), soon)
    told = clerk("intake", saved(home, walk_in(materials=materials)), "--json").json
    blurred = {"state": "unacceptable", "reason": "字迹不清"}
    for brought, outcome, owed in (
        ({"id_card": "present"}, "tolerated", ["host_hukou", "marriage"]),
        ({"host_hukou": blurred, "marriage": "present"}, "tolerated", ["host_hukou"]),
        ({"host_hukou": "present"}, "accepted", []),
    ):
        part = clerk("supplement", told["reference"], saved(home, {"materials": brought}), "--json").json
        assert (part["outcome"], [gap["code"] for gap in part["gaps"]]) == (outcome, owed)
        assert all(gap["until"] == "2026-11-24" for gap in part["gaps"])


@pytest.mark.usefixtures("morning")
def test_a_case_is_masked_until_a_reason_is_given(clerk: Clerk, home: Path) -> None:
    reference = clerk("intake", saved(home, walk_in()), "--json").json["reference"]
    masked = clerk("case", reference, "--json")
    assert masked.json["applicant"]["id_number"] == "110101********0011"
    for secret in ("110101188001010011", "13800138000", "张三", "幸福路"):
        assert secret not in masked.out
        assert secret not in clerk("case", reference).out
        assert secret not in clerk("find", "--json").out

    full = clerk("case", reference, "--full", "核对身份", "--json").json
    assert (full["applicant"]["name"], full["applicant"]["id_number"]) == ("张三", "110101188001010011")
    assert "核对身份" in full["timeline"][-1]["text"]
    assert clerk("case", reference, "--full", " ", "--json").error["field"] == "reason"


@pytest.mark.usefixtures("morning")
@pytest.mark.parametrize("text", ["张三", "zs", "110101188001010011", "0011", "13800138000", "SL01-A1-00001-T"])
def test_a_case_is_found_by_what_a_person_says(clerk: Clerk, home: Path, text: str) -> None:
    clerk("intake", saved(home, walk_in()), "--json")
    for done in (clerk("find", text, "--json"), clerk("find", "-", "--json", stdin=text.encode())):
        assert [row["reference"] for row in done.json["cases"]] == ["SL01-A1-00001-T"]


@pytest.mark.usefixtures("morning")
def test_a_case_says_why_a_paper_was_waived(clerk: Clerk, home: Path) -> None:
    waived = {"state": "not_applicable", "reason": "本人到场"}
    materials = {**walk_in()["materials"], "marriage": waived}
    reference = clerk("intake", saved(home, walk_in(materials=materials)), "--json").json["reference"]
    told = clerk("case", reference, "--json").json
    reasons = {row["code"]: row["reason"] for row in told["materials"]}
    assert reasons["marriage"] == "本人到场" and set(reasons.values()) == {"", "本人到场"}
    assert told["timeline"][0]["alert"]
    assert "本人到场" in told["timeline"][0]["text"]


@pytest.mark.usefixtures("morning")
def test_a_case_says_of_which_line_nothing_came(clerk: Clerk, home: Path) -> None:
    """Two contrary decisions in one history: whoever reads it sees which of them stands."""
    reference = clerk("intake", saved(home, walk_in()), "--json").json["reference"]
    ws = open_workspace(load_config())
    case_id = cases.hall_case(ws, reference).case.case_id
    for granted in (True, False):
        body = CaseDecided(granted=granted, day=ws.clock.today(), reason="条件")
        ws.journal.commit([Entry(event_id=ws.new_id(), subject=case_id, body=body, actor="0001", day=body.day)])
    ws.close()
    told = clerk("case", reference, "--json").json["timeline"]
    assert [line["misfit"] for line in told if line["type"] == "case.decided"] == ["", "办件已是“已决定”"]
    assert not any(line["misfit"] for line in told[:-1])
    lines = [line for line in clerk("case", reference).out.splitlines() if "决定：" in line]
    assert [line.endswith("决定：不予（办件已是“已决定”）") for line in lines] == [False, True]


@pytest.mark.usefixtures("morning")
def test_a_reprint_is_counted(clerk: Clerk, home: Path) -> None:
    reference = clerk("intake", saved(home, walk_in()), "--json").json["reference"]
    number = clerk("papers", reference, "--json").json["papers"][0]["number"]
    for nth in (1, 2):
        told = clerk("reprint", number, "--reason", "打印机卡纸", "--json").json
        assert (told["nth"], told["number"], told["kind"]) == (nth, number, "acceptance")
        assert Path(told["path"]).is_file()
    assert clerk("papers", reference, "--json").json["papers"][0]["reprints"] == 2
    assert clerk("reprint", number + "9", "--json").error["code"] == "unknown_paper"


@pytest.mark.usefixtures("morning")
def test_an_inquiry_gives_a_guide_and_keeps_no_name(clerk: Clerk, home: Path) -> None:
    answers = {"destination": "here", "reason": "C", "cross_province": "no", "minors": "no"}
    told = clerk("inquiry", saved(home, {"matter": "户口迁移", "answers": answers}), "--json").json
    assert set(told) == {"reference", "day", "matter", "situations", "materials", "papers", "journal"}
    assert [paper["kind"] for paper in told["papers"]] == ["guide"]
    assert clerk("case", told["reference"], "--json").json["state"] == "inquiry"


@pytest.mark.usefixtures("morning")
def test_an_inquiry_names_what_is_still_open_and_what_it_may_add(clerk: Clerk, home: Path) -> None:
    """行政许可法 art. 30: a list that is not all must not pass for all."""
    question: dict[str, Any] = {"matter": "hukou-migration", "answers": {"destination": "here", "reason": "C"}}
    told = clerk("inquiry", saved(home, question), "--json")
    assert told.json["open_questions"] == ["cross_province", "minors"]
    assert [(row["code"], row["when"]) for row in told.json["perhaps"]] == [("parentage", "是否有未成年人随迁：是")]
    assert "还有2个问题没有回答" in told.err
    assert "可能还要 亲子关系证明" in clerk("inquiry", saved(home, question)).out
    question["answers"] |= {"cross_province": "no", "minors": "no"}
    whole = clerk("inquiry", saved(home, question), "--json")
    assert not whole.err and not {"open_questions", "perhaps"} & set(whole.json)


@pytest.mark.usefixtures("morning")
def test_a_case_only_received_with_questions_open_says_which(clerk: Clerk, home: Path) -> None:
    asked = {**MIGRATION, "answers": {"destination": "here"}}
    received = clerk("intake", saved(home, asked), "--receive", "--json").json
    assert received["open_questions"] == ["reason", "cross_province"]
    later = saved(home, {"materials": {}, "answers": {"reason": "A"}})
    open_ = clerk("supplement", received["reference"], later, "--json").json["error"]
    assert (open_["code"], open_["field"]) == ("unanswered", "answers.cross_province")
    answers = {"reason": "A", "cross_province": "no", "minors": "no"}
    later = saved(home, {"answers": answers, "materials": {"host_hukou": "present"}})
    decided = clerk("supplement", received["reference"], later, "--json").json
    assert (decided["outcome"], [gap["code"] for gap in decided["gaps"]]) == ("noticed", ["marriage"])


@pytest.mark.usefixtures("morning")
def test_an_inquiry_about_what_needs_no_licence_asks_for_nothing(clerk: Clerk, home: Path) -> None:
    answers = {"in_city": "yes", "business": "retail", "sells": "prepackaged", "vending": "no"}
    file = saved(home, {"matter": "food-licence-new", "answers": answers})
    assert [way["ground"] for way in clerk("inquiry", file, "--json").json["exits"]] == ["not_needed"]
    told = clerk("inquiry", file).out
    assert "不需要取得食品经营许可" in told and "申请书" not in told


@pytest.mark.usefixtures("morning")
def test_a_printer_that_fails_loses_neither_case_nor_paper(clerk: Clerk, home: Path) -> None:
    target = home / "papers"
    target.write_text("this is no folder")
    config = home / "config.toml"
    config.write_text(f'[catalogue]\npath = "{Path.cwd() / "catalogue"}"\n[print]\ntarget = "dir:papers"\n')
    done = clerk("--config", config, "intake", saved(home, walk_in()), "--json")
    assert (done.code, done.json["outcome"], done.json["papers"][0]["pages"]) == (0, "accepted", 0)
    assert "没有打出" in done.err
    assert clerk("--config", config, "papers", "--json").code == 2
    target.unlink()
    assert [row["state"] for row in clerk("--config", config, "papers", "--json").json["papers"]] == ["printed"]
    assert clerk("--config", config, "papers", "--json").json == {"papers": []}


@pytest.mark.usefixtures("morning")
def test_the_tables_are_the_same_after_a_rebuild(clerk: Clerk, home: Path) -> None:
    reference = clerk("intake", saved(home, walk_in()), "--json").json["reference"]
    before = clerk("case", reference, "--json").out
    assert clerk("journal", "rebuild", "--json").json == {"ok": True, "facts": 3}
    assert clerk("case", reference, "--json").out == before


def test_the_outbox_counts_what_is_unsent(clerk: Clerk, home: Path) -> None:
    assert clerk("outbox", "--json").json == {
        "pending": 0, "oldest": None, "last_contact": None, "quarantined": 0, "enabled": True,
        "scans": 0, "scans_aside": [], "sealed": [], "lost": [], "trouble": "",
    }  # fmt: skip
    clerk("intake", saved(home, walk_in()), "--json")
    told = clerk("outbox", "--json").json
    assert (told["pending"], told["last_contact"]) == (3, None)
    assert told["oldest"]
    assert clerk("sync", "--once", "--json").error["code"] == "sync_not_enrolled"


def test_a_sealed_file_is_named_until_somebody_hands_it_in(clerk: Clerk, home: Path) -> None:
    clerk("intake", saved(home, walk_in()), "--json")
    sealed = home / "data" / "clerk" / "sealed" / "A1-00000000-1-47.sealed"
    sealed.parent.mkdir()
    sealed.touch()
    (told,) = clerk("outbox", "--json").json["sealed"]
    assert told == {"path": str(sealed), "device_code": "A1", "first": 1, "last": 47}
    assert f"封存的文件还没有交：{sealed}" in clerk("outbox").out
    store = next(check for check in clerk("doctor", "--json").json["checks"] if check["check"] == "store")
    assert store["state"] == "warn" and "有 47 条封存在" in store["hint"]
    sealed.unlink()
    assert "封存" not in clerk("outbox").out


@pytest.mark.parametrize("text", ["qykb", "企业开办", "qiyekaiban"])
def test_matters_are_found_as_on_the_screen(clerk: Clerk, text: str) -> None:
    rows: list[dict[str, Any]] = clerk("matters", "search", text, "--json").json["matters"]
    assert any(row["name"] == "企业开办一件事" for row in rows[:3])
    assert set(rows[0]) == {"key", "name", "department", "code", "kind", "score"}


def test_a_matter_is_shown_whole(clerk: Clerk) -> None:
    told = clerk("matters", "show", "户口迁移", "--json").json
    assert (told["key"], told["department_name"]) == ("hukou-migration", "示例市公安局")
    assert told["limits"]["statutory"]["days"] == 20
    assert {"tolerable", "required", "shared"} <= set(told["materials"][0]), "defaults are filled in"


def test_the_sample_catalogue_is_checked_and_listed(clerk: Clerk) -> None:
    told = clerk("matters", "check", "--json").json
    assert told["ok"] and told["problems"] == []
    listed = clerk("matters", "list", "--json").json["matters"]
    assert len(listed) == told["matters"] >= 40


@pytest.mark.usefixtures("morning")
def test_a_paper_of_which_nobody_knows_is_told_and_only_printed_when_somebody_says_so(clerk: Clerk, home: Path) -> None:
    reference = clerk("intake", saved(home, walk_in()), "--json").json["reference"]
    (paper,) = clerk("papers", reference, "--json").json["papers"]
    path = Path(paper["path"])
    path.unlink()
    database = sqlite3.connect(home / "data" / "clerk" / "clerk.db")
    with database:
        database.execute("UPDATE print_job SET state = 'printing', path = '', pages = 0")
    database.close()
    told = clerk("papers", "--json")
    assert (told.code, [row["state"] for row in told.json["papers"]]) == (2, ["unknown"])
    assert not path.exists()
    doctor = {check["check"]: check for check in clerk("doctor", "--json").json["checks"]}["papers"]
    assert doctor["state"] == "warn" and "1 份不知道打出没有" in doctor["message"]
    done = clerk("papers", "--not-printed", paper["number"], "--json")
    assert (done.code, [row["state"] for row in done.json["papers"]]) == (0, ["printed"])
    assert path.exists()
    assert clerk("papers", "--printed", paper["number"], "--json").error["code"] == "not_unknown"


@pytest.mark.usefixtures("morning")
def test_what_did_not_come_out_is_printed_at_another_place(clerk: Clerk, home: Path) -> None:
    config = home / "config.toml"
    config.write_text(f'[catalogue]\npath = "{Path.cwd() / "catalogue"}"\n[print]\ntarget = "tcp://127.0.0.1:9"\n')
    done = clerk("--config", config, "intake", saved(home, walk_in()), "--json")
    assert (done.code, done.json["papers"][0]["path"]) == (0, None) and "没有打出" in done.err
    doctor = {check["check"]: check for check in clerk("--config", config, "doctor", "--json").json["checks"]}
    assert doctor["papers"]["state"] == "fail" and "tcp://127.0.0.1:9" in doctor["papers"]["message"]
    assert clerk("--config", config, "papers", "--to", "lp:x", "--json").error["code"] == "bad_print_target"
    moved = clerk("--config", config, "papers", "--to", f"dir:{home / 'else'}", "--json")
    assert (moved.code, [row["state"] for row in moved.json["papers"]]) == (0, ["printed"])
    assert list((home / "else").iterdir()) == [Path(moved.json["papers"][0]["path"])]


@pytest.mark.usefixtures("morning")
def test_a_reprint_says_whether_nothing_came_out_or_nobody_knows_and_each_print_is_settled_by_its_name(
    clerk: Clerk, home: Path
) -> None:
    reference = clerk("intake", saved(home, walk_in()), "--json").json["reference"]
    (paper,) = clerk("papers", reference, "--json").json["papers"]
    number, config = paper["number"], home / "config.toml"

    def to(target: str) -> tuple[str | Path, ...]:
        config.write_text(f'[catalogue]\npath = "{Path.cwd() / "catalogue"}"\n[print]\ntarget = "{target}"\n')
        return ("--config", config)

    failed = clerk(*to("tcp://127.0.0.1:9"), "reprint", number, "--json").error
    assert failed["code"] == "print_failed" and "clerk papers" in failed["hint"]
    assert "refused" not in failed["message"] and "对方不接受连接" in failed["message"]
    with printer(break_off) as (port, _jobs):
        unknown = clerk(*to(f"tcp://127.0.0.1:{port}"), "reprint", number, "--json").error
        assert unknown["code"] == "print_unknown" and f"--not-printed {number}:2" in unknown["hint"]
        held = clerk(*to(f"tcp://127.0.0.1:{port}"), "reprint", number, "--json").error
        assert held["code"] == "print_held" and number in held["message"] and "clerk papers" in held["hint"]
    there = to(f"dir:{home / 'out'}")
    assert clerk(*there, "papers", "--printed", f"{number}:1", "--json").error["code"] == "not_unknown"
    done = clerk(*there, "papers", "--not-printed", f"{number}:2", "--json").json["papers"]
    assert {(row["nth"], row["state"]) for row in done} == {(nth, "printed") for nth in (1, 2, 3)}
    assert clerk(*there, "reprint", number, "--json").json["state"] == "printed"


@pytest.mark.usefixtures("morning")
def test_of_what_nobody_knows_the_words_say_so_and_what_to_type(clerk: Clerk, home: Path) -> None:
    config = home / "config.toml"
    data = walk_in()
    data["materials"] = {}
    with printer(break_off) as (port, _jobs):
        config.write_text(
            f'[catalogue]\npath = "{Path.cwd() / "catalogue"}"\n[print]\ntarget = "tcp://127.0.0.1:{port}"\n'
        )
        taken = clerk("--config", config, "intake", saved(home, data))
        receipt, notice = (line for line in taken.err.splitlines() if line.startswith("凭证 "))
        number = receipt.split()[1]
        assert "不知道打出没有" in receipt and "没有打出：" not in receipt and f"--not-printed {number}:0" in receipt
        assert "还在排队" in notice and "--printed" not in notice
        clerk("--config", config, "reprint", number)
        told = clerk("--config", config, "papers")
    lines = told.out.splitlines()
    assert {number, f"{number} 补打 1"} <= {line.split("  ")[0] for line in lines if "  receipt  " in line}
    typed = {line.split("--not-printed ")[1] for line in lines if "--not-printed" in line}
    assert typed == {f"{number}:0"}, "the others were not sent"


@pytest.mark.usefixtures("morning")
def test_a_target_that_is_none_is_told_also_when_nothing_waits(clerk: Clerk) -> None:
    assert clerk("papers", "--to", "nonsense:x", "--json").error["code"] == "bad_print_target"


@pytest.mark.usefixtures("morning")
def test_a_reference_is_taken_however_it_is_typed(clerk: Clerk, home: Path) -> None:
    """As at the screens: without dashes, in small letters, in full width; a paper's number too."""
    reference = clerk("intake", saved(home, walk_in()), "--json").json["reference"]
    wide = "".join(chr(ord(char) + 0xFEE0) for char in reference)
    for typed in (
        reference.lower(),
        reference.replace("-", ""),
        reference.replace("-", "").lower(),
        wide,
        f" {reference} ",
    ):
        assert clerk("case", typed, "--json").json["reference"] == reference, typed
        assert clerk("steps", typed, "--json").json["reference"] == reference, typed
        assert clerk("papers", typed, "--json").code == 0
    number = clerk("case", reference, "--json").json["papers"][0]["number"]
    for typed in (number.lower(), number.replace("-", ""), number.replace("/", "／")):
        out = home / "again.pdf"
        assert clerk("paper", "rebuild", typed, "--out", out, "--json").json["number"] == number


@pytest.mark.usefixtures("morning")
def test_only_received_a_case_waits_for_a_word_and_is_decided_later(clerk: Clerk, home: Path) -> None:
    """行政许可法 art. 32(4): five working days, Monday the 23rd not counted."""
    file = saved(home, walk_in(materials={}))
    done = clerk("intake", file, "--receive", "--json")
    told = done.json
    assert (done.code, told["outcome"], told["accepted"], told["received"]) == (0, None, None, "2026-11-23")
    assert set(told) == RESULT and [paper["kind"] for paper in told["papers"]] == ["receipt"]
    reference = told["reference"]
    case = clerk("case", reference, "--json").json
    assert (case["state"], case["notice_due"]) == ("received", "2026-11-30")
    assert "告知截止  2026-11-30" in clerk("case", reference).out
    noticed = clerk(
        "supplement", reference, saved(home, {"materials": {"application": "present"}}, "more.json"), "--json"
    )
    assert noticed.json["outcome"] == "noticed"


@pytest.mark.usefixtures("morning")
def test_only_to_receive_has_no_outcome_and_is_no_checking_sheet(clerk: Clerk, home: Path) -> None:
    error = clerk("intake", saved(home, walk_in(outcome="accepted")), "--receive", "--json").error
    assert (error["code"], error["field"]) == ("key_not_used", "outcome")
    error = clerk("intake", saved(home, walk_in()), "--receive", "--checking", "--json").error
    assert (error["code"], error["field"]) == ("bad_argument", "--receive")
    assert clerk("journal", "verify", "--json").json["facts"] == 0
    assert "只收件，待审" in clerk("intake", saved(home, walk_in()), "--receive").out


def test_a_day_in_a_year_whose_days_off_are_not_known_is_said_to_be_provisional(clerk: Clerk, home: Path) -> None:
    """domain.md §5: 暂按周末推算, on every way that the day is told."""
    with time_machine.travel("2026-12-21T02:00:00+00:00"):
        noticed = clerk("intake", saved(home, walk_in(materials={})))
        assert "补正期限 2027" in noticed.out and "暂按周末推算" in noticed.out and "暂定" in noticed.err
        reference = noticed.out.split()[0]
        told = clerk("case", reference).out
        line = next(line for line in told.splitlines() if "补正期限" in line)
        assert "2027" in line and "暂按周末推算" in line
        assert "暂按周末推算" not in next(line for line in told.splitlines() if "收件日" in line)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"matter": 5}, "matter"),
        ({"applicant": {"name": 5}}, "applicant.name"),
        ({"applicant": {"name": "张三", "phone": 13800138000}}, "applicant.phone"),
        ({"ticket": 1.5}, "ticket"),
        ({"materials": {"id_card": {"state": "unacceptable", "reason": 5}}}, "materials.id_card.reason"),
    ],
)
@pytest.mark.usefixtures("morning")
def test_a_number_is_no_text(clerk: Clerk, home: Path, given: dict[str, Any], field: str) -> None:
    error = clerk("intake", saved(home, walk_in(**given)), "--json").error
    assert (error["code"], error["field"]) == ("wrong_type", field)
    assert "138" not in str(error)
