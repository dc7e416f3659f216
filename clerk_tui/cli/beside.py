"""A centre beside the programs of a sample hall: ``clerk-central``, which ends when we do, however we end.

Counter, ticket machine, display and board are programs of their own with one data folder. The first one starts the
centre; the others find it by the address that lies in its folder. When the program that started it ends, the centre
ends with it, and another one that is still there starts it again at the same address: each waits for the lock that the
kernel lets go of with the process.
"""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final

from clerk_tui.cli.records import CENTRAL, enrol_now
from clerk_tui.i18n import _
from hall import os_words
from hall.errors import HallError
from hall.roles import Role

if TYPE_CHECKING:
    from clerk_tui.config import Config
    from clerk_tui.services.workspace import Workspace

log = logging.getLogger(__name__)
#: The centre serves until its standard input ends, which it does even when the counter is killed.
_WATCHED = """
import os, signal, sys, threading
def watch():
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
threading.Thread(target=watch, daemon=True).start()
from central.cli import main
main(prog_name="clerk-central")
"""
_LISTENING: Final = "listening "
_TAKE_OVER_S: Final = 0.5
"""How often a program looks whether the centre's place has become free, in seconds."""
PATIENCE_S: Final = 20.0
"""How long another program's centre may take until it listens, in seconds."""


class Centre:
    """One centre with its data in ``folder``, on a free port of this machine, shared by whoever names this folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[str] | None = None
        self._url = ""
        self._ours = False
        self._stopped = threading.Event()
        self._turn = threading.Lock()

    def start(self) -> None:
        """Start the process, or leave that to the program that has; returns before it listens."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._ours = self._take()
        except OSError as error:
            raise self._failed(_(os_words.why(error))) from error
        if not self._ours:
            threading.Thread(target=self._inherit, name="centre-heir", daemon=True).start()

    def url(self) -> str:
        """Where it listens; waits until it does.

        Raises:
            HallError: ``centre_failed``, it ended before it listened.
        """
        if not self._url:
            self._url = self._announced() if self._ours else self._found()
        return self._url

    def code(self, office: str, role: Role = Role.CLERK) -> str:
        """A one-time code for one device of this hall.

        Raises:
            HallError: ``centre_failed``.
        """
        program = [sys.executable, *CENTRAL, "enrol-code", "--data", str(self.folder), "--office", office]
        program += ["--role", role.value]
        done = subprocess.run(program, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != 0 or not done.stdout.strip():
            raise self._failed(_("没有给出登记码"))
        return done.stdout.strip()

    def enrol(self, ws: Workspace, role: Role = Role.CLERK) -> None:
        """Make this device known to it, once.

        Raises:
            HallError: ``centre_failed``, or what enrolment says.
        """
        from clerk_tui.sync.token import read_token, token_path

        config = ws.config
        known = ws.journal.device().server_key and read_token(token_path(config.store_file, config.token_file))
        if not known:
            enrol_now(ws, config, self.url(), self.code(config.hall.office, role))

    def stop(self) -> None:
        """End it, if it is ours; what it has acknowledged is on its disk."""
        self._stopped.set()
        with self._turn:
            process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        for stream in (process.stdin, process.stdout):
            with suppress(OSError):
                if stream is not None:
                    stream.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _take(self) -> bool:
        """Start the process, if nobody has one here; it holds the lock as long as it lives."""
        lock = os.open(self.folder / "serving.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with self._turn, (self.folder / "serve.log").open("w", encoding="utf-8") as said:
                if not self._stopped.is_set():
                    self._process = self._spawn(lock, said.fileno())
        except BlockingIOError:
            return False
        finally:
            os.close(lock)
        return True

    def _spawn(self, lock: int, said: int) -> subprocess.Popen[str]:
        port = str(_free_port(_read_address(self.folder)))
        return subprocess.Popen(
            [sys.executable, "-P", "-c", _WATCHED, "serve", "--data", str(self.folder), "--port", port],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            start_new_session=True,
            pass_fds=(lock,),
        )

    def _inherit(self) -> None:
        """Wait until the centre of another program is gone, and be the one who has it then."""
        while not self._stopped.wait(_TAKE_OVER_S):
            try:
                if self._take():
                    if self._process is not None:
                        self._announced()
                    return
            except (OSError, HallError) as error:
                log.warning("the centre beside could not be taken over: %s", type(error).__name__)
                return

    def _announced(self) -> str:
        """What our own process says it listens on."""
        process = self._process
        for line in (process.stdout if process else None) or ():
            if line.startswith(_LISTENING):
                url = line.removeprefix(_LISTENING).strip()
                _address(self.folder).write_text(url, encoding="ascii")
                return url
        raise self._failed(_("没有起来"))

    def _found(self) -> str:
        """Where another program's process listens."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until and not self._stopped.wait(0.05):
            url = _read_address(self.folder)
            if url and _answers(url):
                return url
        raise self._failed(_("没有起来"))

    def _failed(self, why: str) -> HallError:
        return HallError(
            "centre_failed",
            _("旁边的中心不能用：{why}").format(why=why),
            hint=_("经过记在 {log}；中心的软件包没有装时运行 make setup").format(log=self.folder / "serve.log"),
        )


@contextmanager
def centre_beside(folder: Path) -> Iterator[Centre]:
    """The centre of a sample hall's data folder. Whoever needs it starts it; it is stopped in the end, also when we are
    told to end."""
    centre = Centre(folder / "central")
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield centre
    finally:
        centre.stop()
        signal.signal(signal.SIGTERM, before)


def sample_config(config: Config, folder: Path, papers: Path, *, place: str = "", code: str = "") -> Config:
    """The settings with the sample catalogue and everything that is written below ``folder``.

    ``place`` is the folder's own corner for a program beside the counter (``"station"``), ``code`` the code of its
    device there; without them it is the counter itself.
    """
    from msgspec.structs import replace

    from clerk_tui import paths

    folder, papers = folder.resolve() / place, papers.resolve()
    return replace(
        config,
        device=replace(config.device, code=code or config.device.code),
        catalogue=replace(config.catalogue, path=str(paths.PROJECT_ROOT / "catalogue")),
        store=replace(config.store, path=str(folder / "clerk.db"), witness=str(folder / "clerk.witness")),
        centre=replace(config.centre, enabled=True, token_file=""),
        print=replace(config.print, target=f"dir:{papers}", by_kind={}),
    )


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _address(folder: Path) -> Path:
    return folder / "address"


def _read_address(folder: Path) -> str:
    try:
        return _address(folder).read_text("ascii").strip()
    except (OSError, ValueError):
        return ""


def _port_of(url: str) -> int:
    port = url.rpartition(":")[2]
    return int(port) if port.isdecimal() and len(port) < 6 else 0


def _free_port(url: str) -> int:
    """The port of an earlier address if nobody has it, else 0: any."""
    port = _port_of(url)
    with socket.socket() as looked:
        looked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            looked.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return 0
    return port


def _answers(url: str) -> bool:
    try:
        socket.create_connection(("127.0.0.1", _port_of(url)), timeout=1).close()
    except OSError:
        return False
    return True
