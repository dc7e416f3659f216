"""The applicants' page: with what stands on the paper one learns how the case stands, and without it nothing."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from central.enquiry import AT_ONCE, EVERY_MS, Throttle
from hall import facts as f
from hall.reference import make_reference, query_code
from hall.verdict import Tick, TickState, gaps_of
from receipts.compose import query_link
from tests.builders import DAY, PRESENT, ROWS, received
from tests.central.counter import OFFICE
from tests.central.device import Device
from tests.central.hub import Hub

NAME, NUMBER, TYPED = "王小明", "110101188001010011", "王小明的证件过期"
WHO = f.Personal(applicant=f.Applicant(kind="citizen", name=NAME, id_type="resident_id", id_number=NUMBER))
LACKING = {"form": PRESENT, "id": Tick(TickState.UNACCEPTABLE, TYPED)}
CASE = "01a199c5-3282-74dc-8416-e153918a907e"
CODE = query_code(CASE)


@pytest.fixture
def reference(hub: Hub) -> str:
    return noticed(Device(hub, "device-1"))


def noticed(device: Device) -> str:
    """A case of somebody who still has to bring a paper; its reference."""
    reference = make_reference(OFFICE, device.incarnation, 1)
    device.write(CASE, received(LACKING, reference=reference), personal=WHO)
    gaps = gaps_of(ROWS, LACKING)
    device.write(CASE, f.CaseNoticed(gaps=gaps, respond_by=dt.date(2026, 12, 1), article="第四项"))
    device.drain()
    return reference


def ask(hub: Hub, reference: str, code: str, **more: str) -> httpx.Response:
    return hub.http.post("/q", content=urlencode({"reference": reference, "code": code}), headers=more)


def words(answer: httpx.Response) -> str:
    """What a person reads."""
    return unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", answer.text, flags=re.S))


def test_reference_and_code_tell_how_the_case_stands_and_nobody_s_name(hub: Hub, reference: str) -> None:
    answer = ask(hub, reference, CODE)
    assert answer.status_code == 200
    told = words(answer)
    for said in (reference, "补正中", "还缺 1 项", "身份证：需要更正或重交", "2026年12月1日", "示例市人民路1号"):
        assert said in told, said
    for hidden in (NAME, NAME[:1] + "**", NUMBER, TYPED, "周敏", CODE):
        assert hidden not in answer.text, hidden
    assert len(answer.content) < 6_000, "it is read over bad networks"


@pytest.mark.parametrize("code", [CODE.lower(), CODE.replace("-", ""), f" {CODE[:4]} {CODE[5:]} ", "code", ""])
def test_a_code_is_taken_however_it_was_typed_and_no_other(hub: Hub, reference: str, code: str) -> None:
    right = code not in ("code", "")
    assert ask(hub, reference.lower(), code).status_code == (200 if right else 404)


def test_a_wrong_code_and_a_case_that_is_none_are_told_the_same(hub: Hub, reference: str) -> None:
    other = make_reference(OFFICE, "W01", 99)
    wrong, none = ask(hub, reference, "AAAA-AAAA"), ask(hub, other, CODE)
    assert (wrong.status_code, none.status_code) == (404, 404)
    assert wrong.text.replace(reference, "") == none.text.replace(other, "")
    assert "没有查到" in words(wrong) and "补正中" not in words(wrong)


def test_a_mistyped_reference_is_told_apart_by_itself_alone(hub: Hub, reference: str) -> None:
    answer = ask(hub, reference[:-1] + ("0" if reference[-1] != "0" else "1"), CODE)
    assert answer.status_code == 404 and "核对" in words(answer)


@pytest.mark.parametrize("typed", [lambda whole: whole.replace("-", ""), lambda whole: whole.replace("-", " ").lower()])
def test_a_reference_is_taken_without_its_dashes(hub: Hub, reference: str, typed: Callable[[str], str]) -> None:
    answer = ask(hub, typed(reference), CODE)
    assert answer.status_code == 200 and reference in words(answer)


def test_the_address_in_the_code_on_the_paper_leads_to_the_case(hub: Hub, reference: str) -> None:
    printed = query_link("https://zwfw.example.invalid/q", reference, CODE)
    path = printed.removeprefix("https://zwfw.example.invalid")
    assert "补正中" in words(hub.http.get(path))
    without = hub.http.get(path.partition("?")[0])
    assert without.status_code == 200 and f'value="{reference}"' in without.text and "补正中" not in words(without)


def test_nothing_comes_from_elsewhere_and_nothing_is_kept(hub: Hub, reference: str) -> None:
    for answer in (hub.http.get("/q"), ask(hub, reference, CODE)):
        assert not re.search(r"https?:|src=|<script|@import|url[(]", answer.text)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store" and answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe", b"reference=%00&code=%00", b"a=b&" * 50, b"reference=" + b"9" * 1900, b"reference[]=1&code[]=2"],
)
def test_whatever_is_sent_is_answered_by_the_page(hub: Hub, reference: str, body: bytes) -> None:
    answer = hub.http.post("/q", content=body)
    assert answer.status_code == 404 and "查询码" in words(answer)


def test_what_is_typed_is_shown_as_text(hub: Hub, reference: str) -> None:
    answer = ask(hub, '"><b>x</b>', CODE)
    assert "<b>" not in answer.text
    assert hub.http.post("/q", content=b"x" * 5_000).status_code == 413


def test_who_asks_too_often_waits_and_others_do_not(hub: Hub, reference: str) -> None:
    proxy = {"X-Forwarded-For": "203.0.113.7, 198.51.100.9"}
    for _ in range(AT_ONCE):
        assert ask(hub, reference, "AAAA-AAAA", **proxy).status_code == 404
    shut = ask(hub, reference, CODE, **proxy)
    assert shut.status_code == 429 and int(shut.headers["retry-after"]) >= 1 and "秒后再试" in words(shut)
    assert ask(hub, reference, CODE, **{"X-Forwarded-For": "198.51.100.10"}).status_code == 200


def test_the_wait_is_over_when_it_said_and_addresses_are_forgotten() -> None:
    throttle = Throttle()
    for _ in range(AT_ONCE):
        assert throttle.wait_ms("a", 0) == 0
    wait = throttle.wait_ms("a", 0)
    assert 0 < wait <= EVERY_MS + 1
    assert throttle.wait_ms("a", wait + 1) == 0
    for number in range(20_000):
        throttle.wait_ms(str(number), 1)
    assert len(throttle._left) <= 10_000


def test_every_state_has_words_of_its_own() -> None:
    from central.enquiry import NEXT
    from hall.case import CaseState

    assert set(NEXT) == set(CaseState) - {CaseState.INQUIRY}
    assert len(set(NEXT.values())) == len(NEXT)


def test_what_is_accepted_names_both_dates_and_what_is_over_names_nothing_missing(hub: Hub) -> None:
    device = Device(hub, "device-1")
    reference = make_reference(OFFICE, device.incarnation, 1)
    device.write(CASE, received(reference=reference), personal=WHO)
    device.write(CASE, f.CaseAccepted(accepted=DAY, due=f.Due(), article="第五项"))
    device.drain()
    told = words(ask(hub, reference, CODE))
    assert "已受理" in told and "承诺办结" in told and "法定办结" in told and "还缺" not in told
    device.write(CASE, f.CaseDecided(granted=True, day=DAY, reason=TYPED, collect_from=dt.date(2026, 9, 25)))
    device.drain(2)
    answer = ask(hub, reference, CODE)
    assert "2026年9月25日" in words(answer) and TYPED not in answer.text


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A centre that runs, with a case in it: its address and the path on the paper."""
    from central.store.sqlite import SqliteStore
    from tests.central.inline import inline
    from tests.central.postgres import Loop

    folder = tmp_path / "central"
    folder.mkdir()
    command = [
        sys.executable,
        "-c",
        "from central.cli import main; main()",
        "serve",
        "--data",
        str(folder),
        "--port",
        "0",
    ]
    loop = Loop()
    store = SqliteStore(folder / "central.db")
    hub = Hub("sqlite", store, loop, tmp_path)
    reference = noticed(Device(hub, "device-1"))
    inline(store.close())
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        line = next(line for line in process.stdout if "listening" in line)
        yield line.split()[-1], f"/q/{reference}?c={CODE}"
        process.terminate()
    loop.close()


BROWSER = shutil.which("chromium")


@pytest.mark.skipif(BROWSER is None, reason="the browser that reads the page is not on this machine: chromium")
def test_a_phone_s_browser_shows_it_within_its_width_and_refuses_nothing(
    served: tuple[str, str], tmp_path: Path
) -> None:
    address, path = served
    assert BROWSER is not None
    shot = tmp_path / "phone.png"
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={tmp_path / 'user'}"]
    looks = [
        "--window-size=390,844",
        "--force-device-scale-factor=2",
        f"--screenshot={shot}",
        "--enable-logging=stderr",
    ]
    done = subprocess.run([BROWSER, *flags, *looks, address + path], capture_output=True, text=True, timeout=120)
    assert shot.stat().st_size > 20_000
    assert "CONSOLE" not in done.stderr, done.stderr
    dom = subprocess.run([BROWSER, *flags, "--dump-dom", address + path], capture_output=True, text=True, timeout=120)
    assert "补正中" in dom.stdout
