"""``cups:QUEUE``: handed over with ``lp``, then followed until CUPS says that the job is done, or is not."""

from __future__ import annotations

import os
import re
import subprocess
import time
from threading import Event
from typing import Final

from msgspec import Struct

from clerk_tui.printing import ipp
from clerk_tui.printing.ipp import Attributes
from clerk_tui.printing.targets import PrintError

_RUNNING: Final = (ipp.PENDING, ipp.HELD, ipp.PROCESSING, ipp.STOPPED)
_NOT_BEGUN: Final = (ipp.PENDING, ipp.HELD)
_CONNECTING: Final = "connecting-to-device"
_UNREACHED: Final = re.compile("may not exist|unreachable|unable to locate", re.IGNORECASE)
"""What the backends of CUPS say while they have no connection; anything else counts as having begun."""
_CUT_OFF: Final = re.compile("write print data|broken pipe|connection reset", re.IGNORECASE)
"""What they say of a job that the printer broke off; CUPS holds it then, to send it again from its first page."""
_ABSENT: Final = re.compile("does not exist|unknown destination", re.IGNORECASE)
_REFUSING: Final = re.compile("not accepting", re.IGNORECASE)
_SILENT: Final = re.compile("scheduler|unable to connect|connection refused|no such file", re.IGNORECASE)
"""What ``lp`` says of a queue that is not there, of one that takes no jobs, and where CUPS does not run."""
_HINT: Final = "看打印机是否开着、有没有纸，在 CUPS 里看队列 {queue}，然后再打一次，或改送别处"
_ASK: Final = "看纸出来了没有，再告诉系统打出了还是没有打出"

LAST_WAIT_S: Final = 2.0
"""How long a job that has begun may still take when the counter is being closed, in seconds."""


class _JobState(Struct, frozen=True):
    """``job-state``, the reasons and words of its printer, and whether a backend was ever given the job."""

    state: int
    reasons: tuple[str, ...]
    message: str
    begun: bool

    @property
    def idle(self) -> bool:
        """Whether nothing of it can have reached the printer yet. A queue that is stopped puts its job back among those
        that wait, though the paper may lie in the printer already."""
        waits = self.state in _NOT_BEGUN and not self.begun and not _CUT_OFF.search(self.message)
        return waits or _CONNECTING in self.reasons or _UNREACHED.search(self.message) is not None


class CupsTarget:
    """A queue of CUPS. ``wait_s`` is how long a job may take, ``start_s`` how long it may wait to begin, in seconds."""

    def __init__(self, queue: str, *, wait_s: float = 120.0, start_s: float = 20.0) -> None:
        self.queue = queue
        self.wait_s, self.start_s = wait_s, start_s

    def put(self, name: str, pdf: bytes, *, leave: Event | None = None) -> str:
        """Hand over and follow; the job's title is the file name's stem, without a person in it."""
        title = name.removesuffix(".pdf").encode("ascii", "ignore").decode()
        said = self._run(["lp", "-d", self.queue, "-t", title], pdf, certain=False)
        if said.returncode:
            raise self._refused(_words(said.stderr), said.returncode)
        found = re.search(rf"\b({re.escape(self.queue)}-(\d+))\b", said.stdout.decode(errors="replace"))
        if found is None:
            raise PrintError(f"CUPS 收下了文书，但没有说是哪个任务（队列 {self.queue}）", _ASK, certain=False)
        self._follow(found[1], int(found[2]), leave)
        return f"cups:{found[1]}"

    def look(self) -> str:
        """Whether the queue is there, takes jobs and is not stopped."""
        wanted = ("printer-state", "printer-state-message", "printer-is-accepting-jobs")
        try:
            found = ipp.ask(self._server(), ipp.GET_PRINTER, f"ipp://localhost/printers/{self.queue}", wanted)
        except OSError as error:
            raise self._trouble("没有这个队列，或 CUPS 没有应答") from error
        if ipp.PRINTER_STOPPED in found.get("printer-state", []):
            raise self._trouble("队列停着" + _message(found, "printer-state-message"))
        accepting = self._run(["lpstat", "-a", self.queue], b"")
        if accepting.returncode or b"not accepting" in accepting.stdout:
            raise self._trouble("队列不接收任务")
        return f"cups:{self.queue} 有应答"

    def _follow(self, job: str, number: int, leave: Event | None) -> None:
        server, began, pause, closing = self._server(), time.monotonic(), 0.01, 0.0
        while True:
            try:
                now = self._state(server, number)
            except OSError as error:
                raise PrintError(f"CUPS 收下了 {job}，之后没有应答", _ASK, certain=False) from error
            if now.state == ipp.COMPLETED:
                return
            if now.state not in _RUNNING:
                how = "取消了" if now.state == ipp.CANCELLED else "中止了"
                raise PrintError(f"CUPS {how}任务 {job}{now.message}", _ASK, certain=False)
            waited = time.monotonic() - began
            if now.state in _NOT_BEGUN and not now.idle:
                return self._take_back(server, job, number, now.message)
            if leave is not None and leave.is_set():
                closing = closing or time.monotonic() + LAST_WAIT_S
            if waited > (self.start_s if now.idle else self.wait_s) or (closing and now.idle):
                return self._take_back(server, job, number, now.message)
            if closing and time.monotonic() > closing:
                # It is coming out: let it, and ask next time.
                raise PrintError(f"工作站关闭时 CUPS 还在打任务 {job}", _ASK, certain=False)
            time.sleep(pause)
            pause = min(0.5, pause * 1.5)

    def _take_back(self, server: str, job: str, number: int, message: str) -> None:
        """Stop waiting: the job leaves the queue, so that it does not come out later beside a second print."""
        try:
            idle = self._state(server, number).idle
            self._run(["cancel", job], b"")
            after = self._state(server, number).state
        except OSError as error:
            raise PrintError(f"CUPS 收下了 {job}，之后没有应答", _ASK, certain=False) from error
        if after == ipp.COMPLETED:
            return
        if idle and after == ipp.CANCELLED:
            raise self._trouble(f"任务 {job} 一直没有开始，已经取消{message}")
        raise PrintError(f"CUPS 的任务 {job} 没有打完，已经要求取消{message}", _ASK, certain=False)

    def _state(self, server: str, number: int) -> _JobState:
        """How the job is, and what the printer says."""
        wanted = ("job-state", "job-printer-state-message", "time-at-processing")
        found = ipp.ask(server, ipp.GET_JOB, f"ipp://localhost/jobs/{number}", wanted)
        state = int(found["job-state"][0]) if "job-state" in found else 0
        queue = ipp.ask(
            server,
            ipp.GET_PRINTER,
            f"ipp://localhost/printers/{self.queue}",
            ("printer-state-reasons", "printer-state-message"),
        ) if state in _RUNNING else {}  # fmt: skip
        own = _message(found, "job-printer-state-message")
        message = own if _CUT_OFF.search(own) else _message(queue, "printer-state-message")
        begun = isinstance((found.get("time-at-processing") or [""])[0], int)
        return _JobState(state, tuple(map(str, queue.get("printer-state-reasons", []))), message, begun)

    def _server(self) -> str:
        said = self._run(["lpstat", "-H"], b"")
        return said.stdout.decode(errors="replace").strip() or "localhost:631"

    def _run(self, command: list[str], data: bytes, *, certain: bool = True) -> subprocess.CompletedProcess[bytes]:
        environment = {**os.environ, "LC_ALL": "C"}
        try:
            return subprocess.run(command, input=data, capture_output=True, timeout=30, env=environment, check=False)
        except FileNotFoundError as error:
            raise PrintError(
                f"本机没有 {command[0]} 命令，用不了 CUPS", "安装 cups-client 软件包，或改送别处"
            ) from error
        except (OSError, subprocess.TimeoutExpired) as error:
            hint = _HINT.format(queue=self.queue) if certain else _ASK
            raise PrintError(f"{command[0]} 没有应答（队列 {self.queue}）", hint, certain=certain) from error

    def _refused(self, words: str, code: int) -> PrintError:
        """What ``lp`` complained of; nothing has been taken."""
        if _ABSENT.search(words):
            return PrintError(
                f"打印队列 {self.queue}：CUPS 里没有这个队列",
                "核对 config.toml 里 print 的队列名（lpstat -a 列出有的），或改送别处",
            )
        if _REFUSING.search(words):
            return self._trouble("队列不接收任务")
        if _SILENT.search(words):
            return self._trouble("CUPS 没有应答")
        return self._trouble(f"lp 返回 {code}（{words}）" if words else f"lp 返回 {code}")

    def _trouble(self, what: str) -> PrintError:
        return PrintError(f"打印队列 {self.queue}：{what}", _HINT.format(queue=self.queue))


def _message(found: Attributes, name: str) -> str:
    text = str((found.get(name) or [""])[0]).strip()
    return f"（{text}）" if text else ""


def _words(error: bytes) -> str:
    """What ``lp`` complained of: its last line without its name."""
    lines = error.decode(errors="replace").strip().splitlines()
    return lines[-1].removeprefix("lp: ").strip()[:120] if lines else ""
