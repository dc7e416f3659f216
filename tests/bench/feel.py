"""What a person feels, through a pty: the last byte painted after a key, the first usable screen."""

from __future__ import annotations

import itertools
import re
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pyte

from tests.bench.measure import percentile
from tests.bench.world import ROOT, World
from tests.terminal import Chunk, Terminal, key_bytes, screen_lines

HELLO = [sys.executable, "-m", "tests.bench.hello"]
EVERY_S = 0.12
"""A key every 120 ms is quick typing."""
BURST_S = 0.015
_PART = re.compile(rb"\x1b\[(\d+);\d+H|\x1b\[[0-9;:?<>=$]*[A-Za-z]|[^\x1b]+")
_LISTENING = "例如"


def of_the_key(data: bytes) -> bool:
    """Whether a chunk paints anything below the status line: what the clock paints there is no answer to a key."""
    row = b""
    for part in _PART.finditer(data):
        if part.group(1):
            row = part.group(1)
        elif not part.group().startswith(b"\x1b") and row != b"1":
            return True
    return False


@dataclass
class Samples:
    """Milliseconds from a key to the last byte it painted."""

    last: list[float] = field(default_factory=list)
    unanswered: int = 0

    def p(self, percent: float) -> float:
        return percentile(self.last, percent)


def type_keys(terminal: Terminal, keys: Iterable[str], *, every: float = EVERY_S) -> Samples:
    """Press each key at its time and note when the last byte that followed it was painted."""
    samples = Samples()
    due = time.monotonic()
    for key in keys:
        while (left := due - time.monotonic()) > 0:
            terminal.read(left)
        due = max(due + every, time.monotonic())
        painted = terminal.painted(key_bytes(key), quiet=min(0.06, every / 2), wait=0.5)
        if painted is None:
            samples.unanswered += 1
        else:
            samples.last.append(painted.last * 1e3)
    return samples


def burst(terminal: Terminal, text: str, *, clear: str, every: float = BURST_S) -> Samples:
    """Type ``text`` at a scanner's pace. A character counts as painted with the last byte before the next one shows."""
    terminal.press(clear)
    sent: list[float] = []
    chunks: list[Chunk] = []

    def gather(until: float) -> None:
        while (left := until - time.monotonic()) > 0:
            if (chunk := terminal.read(left)) is not None:
                chunks.append(chunk)

    begun = time.monotonic()
    for number, char in enumerate(text):
        gather(begun + number * every)
        sent.append(terminal.send(char.encode()))
    while (chunk := terminal.read(0.2)) is not None:
        chunks.append(chunk)
    samples = Samples()
    screen = pyte.Screen(terminal.columns, terminal.rows)
    stream = pyte.ByteStream(screen)
    shown, last = 0, 0.0
    for chunk in chunks:
        stream.feed(chunk.data)
        before = shown
        while shown < len(text) and any(text[: shown + 1] in line for line in screen_lines(screen)):
            shown += 1
        if shown > before and before:
            samples.last += [(last - sent[before - 1]) * 1e3]
            # Characters that share a frame: none of them was seen before it.
            samples.last += [(chunk.at - at) * 1e3 for at in sent[before : shown - 1]]
        if of_the_key(chunk.data):
            last = chunk.at
    if shown:
        samples.last.append((last - sent[shown - 1]) * 1e3)
    samples.unanswered = len(text) - shown
    return samples


def scan_over(terminal: Terminal, code: str) -> float:
    """Scan a code (5 ms a character) that names nothing here; milliseconds from its Enter to the last byte."""
    begun = time.monotonic()
    for number, char in enumerate(code):
        while (left := begun + number * 0.005 - time.monotonic()) > 0:
            terminal.read(left)
        terminal.send(char.encode())
    while (left := begun + len(code) * 0.005 - time.monotonic()) > 0:
        terminal.read(left)
    painted = terminal.painted(b"\r")
    assert painted is not None, f"a scan shows nothing\n{terminal.text()}"
    terminal.press("escape")
    terminal.settle(0.15)
    return painted.last * 1e3


@contextmanager
def hello() -> Iterator[Terminal]:
    """The yardstick, waiting for a key."""
    with Terminal(HELLO, env={"PYTHONPATH": str(ROOT)}) as terminal:
        terminal.wait_for("row 11")
        terminal.settle()
        yield terminal


@contextmanager
def counter(world: World) -> Iterator[Terminal]:
    """The counter at its first screen."""
    with Terminal(world.counter(), env=world.env) as terminal:
        terminal.counts = of_the_key
        terminal.wait_for(_LISTENING, limit=60)
        terminal.settle()
        yield terminal


@contextmanager
def intake(world: World, matter: str = "qykb") -> Iterator[Terminal]:
    """The counter with the form of the largest matter open."""
    with counter(world) as terminal:
        open_intake(terminal, matter)
        yield terminal


def open_intake(terminal: Terminal, matter: str = "qykb") -> None:
    """From the search to the form of a matter."""
    for letter in matter:
        terminal.press(letter)
    terminal.press("enter")
    terminal.wait_for("申请人")
    terminal.settle(0.3)


def hello_start(*, usable: bytes = b"x") -> float:
    """Seconds from the start of the yardstick to the last byte of the screen that took a key."""
    with Terminal(HELLO, env={"PYTHONPATH": str(ROOT)}) as terminal:
        return _start(terminal, "row 11", usable)


def counter_start(world: World, *, usable: bytes = b"x") -> float:
    """The same for the counter: everything it says at first is there, and a key typed into it is searched."""
    with Terminal(world.counter(), env=world.env) as terminal:
        terminal.counts = of_the_key
        return _start(terminal, _LISTENING, usable)


def _start(terminal: Terminal, shown: str, usable: bytes) -> float:
    """When the first complete screen was painted, if it then takes a key at once; else when it did."""
    needle = shown.encode()
    terminal.wait_until(lambda: needle in terminal.output, shown, limit=60)
    while terminal.read(0.05) is not None:
        pass
    ready = terminal.last_byte_at - terminal.started
    sent = time.monotonic() - terminal.started
    answered = terminal.painted(usable, wait=20)
    assert answered is not None, f"the first screen does not take a key\n{terminal.text()}"
    late = sent + answered.first
    return ready if answered.first < 0.05 else late


# -- what is typed ---------------------------------------------------------------------------------------------------


_OPEN = re.compile(r"还有(\d+)个问题没有回答")


def answer_all(terminal: Terminal) -> None:
    """Answer every question of the open form with its first option, and go back to the second question."""
    for _ in range(40):
        before = _unanswered(terminal)
        if not before:
            break
        terminal.press("1")
        if _unanswered(terminal) > before:  # several may be chosen here, and the first one just was
            terminal.press("1", "enter")
    else:
        raise AssertionError(f"the questions never end\n{terminal.text()}")
    terminal.press("f3", *["up"] * 12, "down")


def _unanswered(terminal: Terminal) -> int:
    found = _OPEN.search(terminal.text())
    return int(found.group(1)) if found else 0


def to_field(terminal: Terminal) -> None:
    """To the applicant's number, the first thing that is still to be typed."""
    terminal.press("f3", "enter")


def to_materials(terminal: Terminal) -> None:
    """To the checklist."""
    terminal.press("f4")


def form_keys(count: int) -> Iterator[str]:
    """In a question: the answer goes round, and with it situations, checklist and verdict."""
    return itertools.islice(itertools.cycle(["right"]), count)


def field_keys(count: int) -> Iterator[str]:
    """In the applicant's number: typed, checked, deleted again."""
    number = "110101188001010011"
    return itertools.islice(itertools.cycle([*number, *["backspace"] * len(number)]), count)


def tick_keys(count: int) -> Iterator[str]:
    """In the checklist: each key marks a row or takes the mark away, and the verdict follows."""
    return itertools.islice(itertools.cycle(["1", "2", "1", "up", "0", "2", "up", "up", "a", "0"]), count)


SEARCHES = ("qiye", "jzgc", "许可", "yys", "bgdj", "gong", "4000131", "环保", "shipin", "wgc")


def search_keys(count: int) -> Iterator[str]:
    """Words as they are searched, each deleted again."""

    def keys() -> Iterator[str]:
        for word in itertools.cycle(SEARCHES):
            yield from word
            yield from ["backspace"] * len(word)

    return itertools.islice(keys(), count)


BURSTS = ("qiyekaibanyijian", "shiwupinjingying", "4000131001001", "jianzhugongcheng", "bgdengjibeian")
SCANNED = "HTTPX990100ABCDEF0123456789"
