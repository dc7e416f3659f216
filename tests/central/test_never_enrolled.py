"""What a counter wrote before it was ever enrolled reaches the centre, also when its code is taken and its journal was
put away (sync.md §8): the commands of the counter and of the centre as people type them, and a centre that serves."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from central.cli import main as central
from central.store.opening import SECRET_VARIABLE
from clerk_tui.cli import main
from tests.clerk_tui.cli.conftest import ROOT, walk_in

SERVE = [sys.executable, "-c", "from central.cli import main; main()", "serve", "--port", "0"]
TAKE_AWAY = "文件里的都在中心了：从窗口的 sealed 文件夹移走这个文件，窗口就不再提醒"


class Centre:
    """A centre and its console; ``url`` while it serves."""

    def __init__(self, where: tuple[str, str]) -> None:
        self.where, self.url = where, ""

    def __call__(self, *words: str) -> tuple[int, str]:
        """One command at its console: exit code and everything it says."""
        done = CliRunner().invoke(central, [*words, *self.where])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output.strip()

    def code(self, office: str = "SL01") -> str:
        return CliRunner().invoke(central, ["enrol-code", "--office", office, *self.where]).stdout.strip()

    def import_sealed(self, path: str, *more: str) -> tuple[int, str]:
        return self("import-sealed", path, "--by", "0900", "--office", "SL01", *more)

    @contextmanager
    def serving(self) -> Iterator[None]:
        with subprocess.Popen([*SERVE, *self.where], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            found = re.match(r"listening (\S+)", process.stdout.readline())
            assert found is not None
            self.url = found.group(1)
            try:
                yield
            finally:
                process.terminate()


@pytest.fixture(params=["sqlite", "postgres"])
def centre(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Centre]:
    monkeypatch.setenv(SECRET_VARIABLE, str(tmp_path / "pins"))
    if request.param == "sqlite":
        centre = Centre(("--data", str(tmp_path / "central")))
    else:
        centre = Centre(("--database", request.getfixturevalue("postgres")))
    with centre.serving():
        yield centre


class Machine:
    """A machine with the same ``config.toml`` as every other one: device A1 of the hall SL01."""

    def __init__(
        self, home: Path, centre: Centre, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]
    ) -> None:
        self.home, self._patch, self._capture = home, patch, capture
        home.mkdir()
        settings = f'[catalogue]\npath = "{ROOT / "catalogue"}"\n[device]\ncode = "A1"\n[store]\nballast_mb = 0\n'
        self.config = home / "config.toml"
        self.config.write_text(f'{settings}[centre]\nurl = "{centre.url}"\n', encoding="utf-8")

    def __call__(self, *words: str, stdin: str = "") -> tuple[int, Any]:
        """One command: exit code and its JSON."""
        self._patch.chdir(self.home)
        self._patch.setenv("XDG_DATA_HOME", str(self.home / "data"))
        self._patch.setenv("XDG_STATE_HOME", str(self.home / "state"))
        self._patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
        self._capture.readouterr()
        code = main([*words, "--json"])
        return code, json.loads(self._capture.readouterr().out)

    def stands_in(self, office: str) -> None:
        """From now on its settings say that it stands in this hall."""
        said = self.config.read_text(encoding="utf-8")
        self.config.write_text(f'[hall]\noffice = "{office}"\n{said}', encoding="utf-8")

    def receive(self, name: str, number: str) -> str:
        """Receive and accept a walk-in; the reference on the papers."""
        who = walk_in()["applicant"] | {"name": name, "id_number": number}
        code, told = self("intake", "-", stdin=json.dumps(walk_in(applicant=who)))
        assert code == 0, told
        return str(told["reference"])

    def begin_anew(self, centre: Centre) -> None:
        code, told = self("restore", "--code", centre.code())
        assert (code, told["unproven"] > 0) == (0, True), told
        code, told = self("sync", "--once")
        assert code == 0, told
        assert told["sealed"] == self("outbox")[1]["sealed"], "the run that seals says so"
        assert self("sync", "--once")[1]["sealed"] == []

    def to_hand_in(self) -> dict[str, Any]:
        """The one sealed file that it says is to be handed in."""
        _, told = self("outbox")
        (sealed,) = told["sealed"]
        assert isinstance(sealed, dict)
        return sealed


@pytest.fixture
def machines(
    tmp_path: Path, centre: Centre, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> tuple[Machine, Machine]:
    first, second = (Machine(tmp_path / name, centre, monkeypatch, capfd) for name in ("one", "two"))
    return first, second


def test_a_journal_put_away_before_it_was_enrolled_comes_in_when_a_supervisor_vouches_for_it(
    centre: Centre, machines: tuple[Machine, Machine]
) -> None:
    machine, other = machines
    reference = machine.receive("张三", "110101188001010011")
    machine.begin_anew(centre)
    sealed = machine.to_hand_in()
    facts = sealed["last"]
    assert (sealed["device_code"], sealed["first"]) == ("A1", 1)
    code, told = centre.import_sealed(sealed["path"])
    assert code == 2
    assert "没有在中心登记过的设备" in told and "A1" in told and f"{facts} 条" in told and "--vouch" in told
    there = centre("import-sealed", sealed["path"], "--by", "0900", "--office", "SL02", "--vouch")
    assert there[0] == 2 and "大厅 SL01" in there[1], "nobody vouches for a machine of another hall"
    taken = f"A1：文件里 {facts} 条，新收下 {{}} 条，其中搁置 0 条\n{TAKE_AWAY}"
    assert centre.import_sealed(sealed["path"], "--vouch") == (0, taken.format(facts))
    assert centre.import_sealed(sealed["path"]) == (0, taken.format(0)), "the device is known now"
    assert centre("verify")[0] == 0
    assert machine("sync", "--once")[1]["pulled"] == 1, "the centre tells the case"
    assert machine("case", reference)[1]["reference"] == reference
    code, told = other("enrol", centre.url, centre.code())
    assert (code, told["error"]["code"]) == (2, "code_taken"), "what is on paper of A1 is never given again"
    Path(sealed["path"]).rename(machine.home / "handed-in.sealed")
    assert machine("outbox")[1]["sealed"] == []


def test_the_second_machine_with_a_code_finds_its_way_and_both_cases_of_a_number_are_kept(
    centre: Centre, machines: tuple[Machine, Machine]
) -> None:
    first, second = machines
    reference = first.receive("张三", "110101188001010011")
    assert second.receive("李四", "110101188503120026") == reference, "the slip: one number on the papers of two people"
    assert first("enrol", centre.url, centre.code())[0] == 0 and first("sync", "--once")[0] == 0
    one_time = centre.code()
    code, told = second("enrol", centre.url, one_time)
    assert (code, told["error"]["code"]) == (2, "code_taken")
    assert "clerk restore --code" in told["error"]["hint"] and "import-sealed --vouch" in told["error"]["hint"]

    second.config.write_text(second.config.read_text(encoding="utf-8").replace('"A1"', '"B2"'), encoding="utf-8")
    code, told = second("find")
    assert (code, told["error"]["code"]) == (2, "other_device")
    assert "clerk restore --code" in told["error"]["hint"]

    code, told = second("restore", "--code", one_time)
    assert (code, told["cases"]) == (0, 1), "a refused code was not spent"
    assert second("sync", "--once")[0] == 0
    sealed = second.to_hand_in()
    code, said = centre.import_sealed(sealed["path"], "--vouch")
    taken = f"文件里 {sealed['last']} 条，新收下 {sealed['last']} 条，其中搁置 0 条"
    assert code == 0 and re.fullmatch(f"A1（另存为 A1~[0-9a-f]{{12}}）：{taken}\n{TAKE_AWAY}", said)
    assert centre("verify")[0] == 0

    assert first("sync", "--once")[1]["pulled"] == 2
    (pair,) = first("aside")[1]["hall"]
    assert (pair["kind"], pair["reference"], pair["other_reference"]) == ("same_reference", reference, reference)
    assert sorted(side["applicant"] for side in pair["cases"]) == ["张*", "李*"]


def test_at_the_second_machine_the_number_of_two_people_opens_and_changes_neither(
    centre: Centre, machines: tuple[Machine, Machine]
) -> None:
    first, second = machines
    reference = first.receive("张三", "110101188001010011")
    second.receive("李四", "110101188503120026")
    assert first("enrol", centre.url, centre.code())[0] == 0 and first("sync", "--once")[0] == 0
    second.begin_anew(centre)
    withdrawal = '{"action": "withdraw"}'

    def refused_everywhere() -> None:
        paper = f"{reference}/S1"
        for words in (("case", reference, "--full", "核对"), ("proceed", reference, "-"), ("reprint", paper)):
            code, told = second(*words, stdin=withdrawal)
            assert (code, told["error"]["code"]) == (2, "ambiguous"), words
            assert "张*" in told["error"]["hint"] and "李*" in told["error"]["hint"]
            assert "张三" not in str(told) and "110101188001010011" not in str(told)

    refused_everywhere()
    assert centre.import_sealed(second.to_hand_in()["path"], "--vouch")[0] == 0
    assert second("sync", "--once")[0] == 0
    refused_everywhere()
    (row,) = second("find", "李四")[1]["cases"]
    assert row["same_reference"]
    code, told = second("case", row["case_id"][:13])
    assert (code, told["case_id"], told["applicant"]["name"]) == (0, row["case_id"], "李*")
    assert second("proceed", row["case_id"], "-", stdin=withdrawal)[0] == 0
    assert second("sync", "--once")[0] == 0 and first("sync", "--once")[0] == 0
    states = {each["applicant"]: each["state"] for each in first("find", reference)[1]["cases"]}
    assert states == {"张*": "accepted", "李*": "withdrawn"}


def test_a_code_of_another_hall_takes_no_counter_there_and_is_not_used_up(
    centre: Centre, machines: tuple[Machine, Machine]
) -> None:
    machine, theirs = machines
    reference = machine.receive("张三", "110101188001010011")
    slip = centre.code("SL02")
    for words in (("enrol", centre.url, slip), ("restore", "--code", slip)):
        code, told = machine(*words)
        assert (code, told["error"]["code"]) == (2, "other_hall")
        assert "SL02" in told["error"]["message"] and "SL01" in told["error"]["message"]
    assert (machine("find")[1]["cases"][0]["reference"], machine("outbox")[1]["pending"] > 0) == (reference, True)
    theirs.stands_in("SL02")
    assert theirs("enrol", centre.url, slip)[0] == 0, "a refused code was not spent"
    assert machine("enrol", centre.url, centre.code())[0] == 0, "nor does the machine belong anywhere"
    machine.stands_in("SL02")
    there = centre.code("SL02")
    code, told = machine("enrol", centre.url, there)
    assert (code, told["error"]["code"]) == (2, "device_of_other_hall")
    assert "SL01" in told["error"]["message"] and "hall.office" in told["error"]["hint"]


def test_a_revoked_machine_is_told_so_and_goes_on_with_the_same_code(
    centre: Centre, machines: tuple[Machine, Machine]
) -> None:
    machine, _ = machines
    machine.receive("张三", "110101188001010011")
    assert machine("enrol", centre.url, centre.code())[0] == 0
    _, listed = centre("device", "list", "--office", "SL01")
    assert centre("device", "revoke", listed.split()[0], "--office", "SL01")[0] == 0
    one_time = centre.code()
    code, told = machine("enrol", centre.url, one_time)
    assert (code, told["error"]["code"]) == (2, "device_revoked")
    assert "注销" in told["error"]["message"] and "clerk restore --code" in told["error"]["hint"]
    code, told = machine("restore", "--code", one_time)
    assert (code, told["cases"]) == (0, 1), "a refused code was not spent"


def test_a_code_is_made_for_what_can_be_a_hall_and_a_new_one_is_named(centre: Centre) -> None:
    def made(office: str) -> Result:
        return CliRunner().invoke(central, ["enrol-code", "--office", office, *centre.where])

    for office in ("", "sl01", "S", "SL 1", "../x", "SL01SL01", "SL01\n", "ＳＬ０１"):
        done = made(office)
        assert (done.exit_code, done.stdout) == (2, "") and "大厅代码" in done.stderr
    assert "新的大厅" in made("SL01").stderr, "nobody is there yet"
    assert centre("clerk", "add", "0815", "--name", "冯春", "--office", "SL01")[0] == 0
    assert made("SL01").stderr == ""
    other = made("SL02")
    assert (other.exit_code, "SL02 是新的大厅" in other.stderr, "现有 SL01" in other.stderr) == (0, True, True)
    assert len(other.stdout.strip()) > 20
