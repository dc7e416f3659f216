"""The ticket machine in a real terminal: each key of its group as the bytes that are really sent, touch, its end."""

from __future__ import annotations

import datetime as dt
import shutil
import signal
import sys
from pathlib import Path

from clerk_tui import actions
from clerk_tui.store import tickets as store
from hall.queue_wire import BlockReply, BlockRequest
from tests.clerk_tui.terminal.conftest import CLERK, ROOT, House
from tests.clerk_tui.terminal.pressed import presses
from tests.terminal import Terminal, key_bytes

STATION = [*CLERK, "station"]
FIRST = "请选择要办的业务"
BUSINESSES = (
    "企业开办与市场监管", "税务与社保公积金", "户籍与出入境", "工程建设与不动产",
    "民政、卫生与交通", "消防、应急与城市管理",
)  # fmt: skip


def ten_businesses(folder: Path) -> Path:
    """The sample catalogue, in which four businesses more take departments of the first two: they need two pages."""
    catalogue = folder / "catalogue"
    shutil.copytree(ROOT / "catalogue", catalogue)
    hall = catalogue / "hall.toml"
    text = hall.read_text(encoding="utf-8")
    for more, left in (
        ('"scjg", "ycj", "bank"', '"scjg"'),
        ('"shuiwu", "rsj", "ybj", "gjj"', '"shuiwu"'),
    ):
        assert more in text
        text = text.replace(more, left)
    for letter, departments in zip("GHJK", ('"ycj"', '"bank"', '"rsj"', '"ybj", "gjj"'), strict=True):
        text += (
            f'\n[[businesses]]\nkey = "more-{letter.lower()}"\nletter = "{letter}"\nname = "业务{letter}"\n'
            f'about = "其他"\nwhere = "2层{letter}区"\ndepartments = [{departments}]\n'
        )
    hall.write_text(text, encoding="utf-8")
    return catalogue


def opened(house: House, letters: str = "ABCDEF", catalogue: Path = ROOT / "catalogue") -> Terminal:
    """The machine without a network, with numbers of its own."""
    house.configure(catalogue=catalogue)
    ws = house.open()
    day = ws.clock.today()
    with ws.journal.write() as tx:
        for letter in letters:
            for date in (day, day + dt.timedelta(days=1)):
                request = BlockRequest(block_id=f"block-{letter}-{date}", letter=letter, day=date, count=20)
                store.ask_block(tx, request)
                store.keep_block(tx, BlockReply(block_id=request.block_id, letter=letter, day=date, first=1, last=20))
    ws.close()
    terminal = house.run(STATION)
    terminal.wait_for("企业开办与市场监管")
    terminal.settle()
    return terminal


def back(terminal: Terminal) -> None:
    terminal.send(key_bytes("escape"))
    terminal.wait_for(FIRST)
    terminal.settle()


@presses("station", "1 2 3 4 5 6 7 8 9 0 enter right left escape")
def test_each_key_of_the_machine_does_what_the_registry_says(house: House, tmp_path: Path) -> None:
    terminal = opened(house, "ABCDEFGHJK", ten_businesses(tmp_path))
    seen = {
        "choose": "请到 1层A区 等候叫号",
        "code": "扫码，或者输入后按 Enter",
        "priority": "为什么优先",
    }
    told = {action.id: action.keys for action in actions.group("station")}
    assert set(told) == {*seen, "turn", "done"} and told["done"] == ("escape",)
    for name, words in seen.items():
        terminal.send(key_bytes(told[name][0]))
        terminal.wait_for(words)
        back(terminal)
    for place, name in enumerate((*BUSINESSES[1:], "业务G", "业务H", "业务J"), 2):
        terminal.send(key_bytes(str(place)))
        terminal.wait_for(f"{name}  您的号码")
        back(terminal)
    first, last = told["turn"]
    terminal.send(key_bytes(first))
    terminal.wait_for("业务K")
    terminal.wait_gone("业务J")
    terminal.send(key_bytes(last))
    terminal.wait_for("业务J")
    terminal.wait_gone("业务K")
    terminal.send(key_bytes(first))
    terminal.wait_for("业务K")
    terminal.settle()
    terminal.send(key_bytes("1"))
    terminal.wait_for("业务K  您的号码")
    papers, letters = house.folder / "papers", "ABCDEFGHJK"

    def printed() -> list[str]:
        return sorted(path.name.split("-")[2] for path in papers.glob("*.pdf"))

    terminal.wait_until(lambda: printed() == [f"{letter}001.pdf" for letter in letters], "a paper for each number")


def test_a_typed_code_may_hold_every_character_that_codes_have(house: House, tmp_path: Path) -> None:
    terminal = opened(house)
    terminal.send(key_bytes("0"))
    terminal.wait_for("扫码，或者输入后按 Enter")
    for char in "YY-2048x":
        terminal.send(char.encode())
        terminal.settle()
    terminal.send(key_bytes("backspace"))
    terminal.wait_until(lambda: terminal.shows("YY-2048") and not terminal.shows("YY-2048x"), "the x is gone")
    terminal.send(key_bytes("enter"))
    terminal.wait_for("没有查到这个号码")
    terminal.send(key_bytes("2"))
    terminal.wait_for("扫码，或者输入后按 Enter")  # digits belong to the number
    back(terminal)


def test_touching_a_tile_takes_its_number(house: House, tmp_path: Path) -> None:
    terminal = opened(house)
    row = next(place for place, line in enumerate(terminal.lines(), 1) if "民政、卫生与交通" in line)
    terminal.send(f"\x1b[<0;20;{row}M\x1b[<0;20;{row}m".encode())
    terminal.wait_for("民政、卫生与交通  您的号码")


def test_leaving_is_asked_and_a_signal_ends_it_in_order(house: House, tmp_path: Path) -> None:
    terminal = opened(house)
    terminal.send(key_bytes("ctrl+q"))
    terminal.wait_for("退出取号机？")
    terminal.send(key_bytes("escape"))
    terminal.wait_until(lambda: not terminal.shows("退出取号机？"), "it stays")
    terminal.process.send_signal(signal.SIGTERM)
    terminal.wait_until(lambda: terminal.process.poll() is not None, "the end")


FAILED, UNKNOWN = "SL01-B2-00007-3-acceptance-1.pdf", "SL01-B2-00009-K-pickup-1.pdf"


def test_each_key_of_the_print_station_does_what_its_line_says(house: House, tmp_path: Path) -> None:
    shared, out = tmp_path / "shared", tmp_path / "out"
    for place, name in (("failed", FAILED), ("unknown", UNKNOWN)):
        (shared / place).mkdir(parents=True)
        (shared / place / name).write_bytes(b"%PDF-1.5")
    house.configure(more=f'[print_station]\nname = "east"\nprinter = "dir:{out}"\nfolder = "{shared}"\n')
    terminal = house.run([*STATION, "--print"])
    terminal.wait_for("SL01-B2-00009-K", limit=60)
    terminal.settle()

    def asked(key: bytes, words: str) -> None:
        terminal.send(key)
        terminal.wait_for(words)
        terminal.settle()

    terminal.send(key_bytes("down") + key_bytes("up"))
    terminal.settle()
    asked(b"p", "两张")
    terminal.send(key_bytes("escape"))
    terminal.wait_until(lambda: not terminal.shows("两张"), "nothing is printed twice without a word")
    terminal.send(key_bytes("down"))
    terminal.settle()
    asked(b"y", "受理通知书")
    terminal.send(key_bytes("enter"))
    terminal.wait_until(lambda: not (shared / "failed" / FAILED).exists(), "it lies there")
    assert (shared / "unknown" / UNKNOWN).exists() and not (out / FAILED).exists()
    terminal.wait_until(lambda: not terminal.shows("SL01-B2-00007-3"), "it is settled")
    terminal.settle()
    asked(b"p", "两张")
    terminal.send(key_bytes("enter"))
    terminal.wait_until(lambda: (out / UNKNOWN).exists(), "it was printed once more")


PATIENT = (
    "from clerk_tui.services import print_station; print_station.REST_S = 1e9;"
    " from clerk_tui.cli import main; raise SystemExit(main())"
)
"""The program, in which a folder that nothing could be done in is never tried again by itself."""


def test_f5_at_the_print_station_has_a_folder_that_was_put_right_tried_at_once(house: House, tmp_path: Path) -> None:
    shared, out = tmp_path / "shared", tmp_path / "out"
    shared.mkdir()
    (shared / "printing").write_text("no folder", encoding="utf-8")
    (shared / FAILED).write_bytes(b"%PDF-1.5")
    house.configure(more=f'[print_station]\nname = "east"\nprinter = "dir:{out}"\nfolder = "{shared}"\n')
    terminal = house.run([sys.executable, "-c", PATIENT, "station", "--print"])
    terminal.wait_for("占了文件夹的位置", limit=60)
    (shared / "printing").unlink()
    terminal.settle()
    assert terminal.shows("占了文件夹的位置") and not (out / FAILED).exists(), "it rests, whatever was mended"
    terminal.send(key_bytes("f5"))
    terminal.wait_until(lambda: (out / FAILED).exists(), "it was printed")
    terminal.wait_gone("占了文件夹的位置")


def test_the_sample_halls_print_station_prints_what_comes_to_it(house: House, tmp_path: Path) -> None:
    terminal = house.run([*STATION, "--print", "--demo", "--data", str(tmp_path / "hall")])
    terminal.wait_for("打印台 demo", limit=60)
    for title in ("受理通知书", "申请材料补正告知书", "取件单"):
        terminal.wait_for(title, limit=60)
    terminal.wait_until(lambda: terminal.text().count("已打印") == 3, "three papers came out", limit=60)
    terminal.send(key_bytes("ctrl+q"))
    terminal.wait_for("退出打印台？")
    terminal.send(key_bytes("enter"))
    assert terminal.wait_exit() == 0
    printed = sorted(path.stem.split("-")[-2] for path in (tmp_path / "hall" / "papers").glob("*.pdf"))
    assert printed == ["acceptance", "notice", "pickup"]
