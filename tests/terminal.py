"""A small terminal: runs a command in a pty, types real bytes, reads what is painted, and knows when.

    with Terminal([sys.executable, "-m", "clerk_tui", "run"]) as terminal:
        terminal.wait_for("取事项")
        terminal.press("f5")
        print(terminal.text())

Nothing here waits a fixed time: every wait ends with its condition, and fails with the screen at its limit.
"""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import pyte

LIMIT_S = 20.0
"""How long to wait for anything before the test fails."""
QUIET_S = 0.06
"""Silence after which a screen counts as painted."""

KEYS: dict[str, bytes] = {
    "enter": b"\r", "escape": b"\x1b", "tab": b"\t", "shift+tab": b"\x1b[Z", "space": b" ", "backspace": b"\x7f",
    "up": b"\x1b[A", "down": b"\x1b[B", "right": b"\x1b[C", "left": b"\x1b[D", "home": b"\x1b[H", "end": b"\x1b[F",
    "insert": b"\x1b[2~", "delete": b"\x1b[3~", "pageup": b"\x1b[5~", "pagedown": b"\x1b[6~",
    "f1": b"\x1bOP", "f2": b"\x1bOQ", "f3": b"\x1bOR", "f4": b"\x1bOS", "f5": b"\x1b[15~", "f6": b"\x1b[17~",
    "f7": b"\x1b[18~", "f8": b"\x1b[19~", "f9": b"\x1b[20~", "f10": b"\x1b[21~", "f11": b"\x1b[23~", "f12": b"\x1b[24~",
    "ctrl+backslash": b"\x1c",
}  # fmt: skip
"""What an xterm sends, by Textual's names of the keys."""


def key_bytes(key: str) -> bytes:
    """The bytes of a key: a name of ``KEYS``, ``ctrl+letter``, or the character itself."""
    if key in KEYS:
        return KEYS[key]
    if key.startswith("ctrl+") and len(key) == 6:
        return bytes([ord(key[-1]) & 0x1F])
    return key.encode()


class Painted(NamedTuple):
    """When a key was answered, in seconds after it was sent: its first byte, its last one, how many bytes."""

    first: float
    last: float
    size: int


class Chunk(NamedTuple):
    """What came in one read, and when."""

    at: float
    data: bytes


class TerminalTimeout(AssertionError):
    """A condition did not come true in time."""


class Terminal:
    """A running command with a screen of ``columns`` × ``rows``. ``env`` is laid over the present environment."""

    def __init__(
        self,
        command: Sequence[str | os.PathLike[str]],
        *,
        columns: int = 120,
        rows: int = 40,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        words = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", **(env or {})}
        self.started = time.monotonic()
        try:
            self.process = subprocess.Popen(
                command, stdin=slave, stdout=slave, stderr=slave, env=words, cwd=cwd, start_new_session=True
            )
        finally:
            os.close(slave)
        os.set_blocking(master, False)
        self._master = master
        self.counts: Callable[[bytes], bool] = bool
        """Whether a chunk of output is an answer to a key; set it to leave out what a clock paints by itself."""
        self.columns, self.rows = columns, rows
        self.output = bytearray()
        self.last_byte_at = self.started
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._fed = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the command and its children, if they still run, and give the pty back."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            until = time.monotonic() + 5
            # What it writes at its end must be read, or it waits for ever for room.
            while self.process.poll() is None and time.monotonic() < until:
                if self._master < 0 or self.read(0.05) is None:
                    time.sleep(0.01)
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(5)
        if self._master >= 0:
            self.hang_up()

    def hang_up(self) -> None:
        """Close the terminal under the command."""
        os.close(self._master)
        self._master = -1

    def kill(self) -> None:
        """SIGKILL to the command alone: a power cut as the program sees it."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(LIMIT_S)

    # -- typing --------------------------------------------------------------------------------------------------------

    def send(self, data: bytes) -> float:
        """Put bytes into the keyboard's end; returns when."""
        at = time.monotonic()
        while data:
            try:
                data = data[os.write(self._master, data) :]
            except BlockingIOError:
                self.read(0.01)
        return at

    def press(self, *keys: str) -> None:
        """Press keys one after another, each after the screen has answered the one before and settled."""
        for key in keys:
            self.send(key_bytes(key))
            self.answered()

    def type(self, text: str) -> None:
        """Type a text as an input method hands it over, and wait until the screen has settled."""
        self.send(text.encode("utf-8", "surrogatepass"))
        self.answered()

    def paste(self, text: str) -> None:
        """Paste as a terminal with bracketed paste does."""
        self.send(b"\x1b[200~" + text.encode("utf-8", "surrogatepass") + b"\x1b[201~")
        self.answered()

    # -- reading -------------------------------------------------------------------------------------------------------

    def read(self, seconds: float) -> Chunk | None:
        """What comes next within ``seconds``; ``None`` for silence or the end of the command."""
        ready, _, _ = select.select([self._master], [], [], max(0.0, seconds))
        if not ready:
            return None
        try:
            data = os.read(self._master, 1 << 16)
        except (BlockingIOError, OSError):
            return None
        if not data:
            return None
        at = self.last_byte_at = time.monotonic()
        self.output += data
        return Chunk(at, data)

    def answered(self, wait: float = 0.5) -> None:
        """Read all of the answer to what was sent; without a byte in ``wait`` seconds there is none."""
        if self.read(wait) is not None:
            self.settle()

    def settle(self, quiet: float = QUIET_S, *, limit: float = LIMIT_S) -> None:
        """Read until nothing that ``counts`` has come for ``quiet`` seconds."""
        until = time.monotonic() + limit
        calm = time.monotonic() + quiet
        while (left := calm - time.monotonic()) > 0:
            chunk = self.read(left)
            if chunk is not None and self.counts(chunk.data):
                calm = chunk.at + quiet
            if time.monotonic() > until:
                raise TerminalTimeout(f"the screen never came to rest\n{self.text()}")

    def painted(self, data: bytes, *, quiet: float = QUIET_S, wait: float = 1.0) -> Painted | None:
        """Send ``data`` and time what of its answer ``counts``; ``None`` when nothing does within ``wait`` seconds."""
        sent = self.send(data)
        first = last = 0.0
        size = 0
        calm = sent + wait
        while True:
            chunk = self.read(calm - time.monotonic())
            if chunk is None and time.monotonic() >= calm:
                return Painted(first, last, size) if size else None
            if chunk is None or not self.counts(chunk.data):
                continue
            calm = chunk.at + quiet
            first = first or chunk.at - sent
            last = chunk.at - sent
            size += len(chunk.data)

    def wait_until(self, condition: Callable[[], bool], what: str = "it", *, limit: float = LIMIT_S) -> None:
        """Read until ``condition`` holds."""
        until = time.monotonic() + limit
        while not condition():
            left = until - time.monotonic()
            if left <= 0:
                raise TerminalTimeout(f"waited {limit:.0f} s for {what}\n{self.text()}")
            if self.read(min(left, 0.05)) is None and self.process.poll() is not None and not condition():
                raise TerminalTimeout(f"the command ended ({self.process.returncode}) before {what}\n{self.text()}")

    def wait_for(self, text: str, *, limit: float = LIMIT_S) -> None:
        """Read until the screen shows ``text``."""
        self.wait_until(lambda: self.shows(text), repr(text), limit=limit)

    def wait_gone(self, text: str, *, limit: float = LIMIT_S) -> None:
        """Read until the screen no longer shows ``text``."""
        self.wait_until(lambda: not self.shows(text), f"{text!r} to go", limit=limit)

    def wait_exit(self, *, limit: float = LIMIT_S) -> int:
        """Read until the command ends; its exit code."""
        until = time.monotonic() + limit
        while self.process.poll() is None:
            self.read(0.02)
            if time.monotonic() > until:
                raise TerminalTimeout(f"the command did not end\n{self.text()}")
        while self.read(0) is not None:
            pass
        return self.process.returncode

    # -- the screen ----------------------------------------------------------------------------------------------------

    def lines(self) -> list[str]:
        """The screen as text, one string a row, blanks at the end cut off."""
        if self._fed < len(self.output):
            self._stream.feed(bytes(self.output[self._fed :]))
            self._fed = len(self.output)
        return screen_lines(self._screen)

    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(self.lines())

    def shows(self, text: str) -> bool:
        """Whether the text stands on the screen, within one row."""
        return any(text in line for line in self.lines())

    def resident_mb(self) -> float:
        """Resident memory of the command itself, in MB (10⁶ bytes)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found is not None
        return int(found.group(1)) * 1024 / 1e6


def screen_lines(screen: pyte.Screen) -> list[str]:
    """What stands on a screen; a wide character counts two cells and is one character."""
    rows = (screen.buffer[row] for row in range(screen.lines))
    return ["".join(row[column].data for column in range(screen.columns)).rstrip() for row in rows]


_SEQUENCES = re.compile(
    r"\x1b\[[\d;:]*m"  # colours and weights
    r"|\x1b\[\d*;?\d*H"  # where to paint
    r"|\x1b\[[<>=?]?[\d;]*(?:[hlucntJKABCDGdrsu]|\$p| q)"  # modes, questions to the terminal, erasing
    r"|\x1b[78=>]"
    r"|\x1b\]22;[a-z-]+\x07"  # the shape of the mouse pointer
)

_UNFINISHED = re.compile(r"\x1b(?:\[[<>=?]?[\d;:]*\$?|\]2?2?;?[a-z-]*)?\Z")
"""What a killed or a busy program has written of its next sequence."""


def forbidden_in(output: bytes) -> list[str]:
    """What a screen's output must not hold: controls and sequences that are not ours, directions, half characters.

    Text beside the known sequences is refused character by character. Blinking is never ours, so a colour sequence in a
    name is caught by it (the names in ``tests.hostile`` blink).
    """
    found: list[str] = []
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        text = decoder.decode(output, final=False)
    except UnicodeDecodeError as error:
        return [f"not UTF-8 at byte {error.start}: {output[error.start - 8 : error.start + 8]!r}"]
    text = _UNFINISHED.sub("", text)
    for hit in _SEQUENCES.finditer(text):
        sequence = hit.group()
        if sequence.endswith("m") and _is_blinking(sequence):
            found.append(f"blinking {sequence!r}")
    for place, char in enumerate(rest := _SEQUENCES.sub("", text)):
        if char in "\r\n":
            continue
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co") or char in "\u2028\u2029":
            found.append(f"U+{ord(char):04X} in {rest[max(0, place - 12) : place + 12]!r}")
    return found


def _is_blinking(sequence: str) -> bool:
    """Whether an SGR sequence has the parameter 5 or 6, other than as part of a colour (``38;5;n``, ``38;2;r;g;b``)."""
    numbers = [int(part or 0) for part in re.split("[;:]", sequence[2:-1])] if sequence[2:-1] else []
    place = 0
    while place < len(numbers):
        if numbers[place] in (38, 48, 58) and place + 1 < len(numbers):
            place += 3 if numbers[place + 1] == 5 else 5
            continue
        if numbers[place] in (5, 6):
            return True
        place += 1
    return False
