"""A centre beside the counter: ``clerk-central`` as a process of its own that ends when we do, however we end."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from clerk_tui.cli.records import CENTRAL, enrol_now
from clerk_tui.i18n import _
from hall.errors import HallError

if TYPE_CHECKING:
    from clerk_tui.services.workspace import Workspace

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
_LISTENING = "listening "


class Centre:
    """One centre with its data in ``folder``, on any free port of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[str] | None = None
        self._url = ""

    def start(self) -> None:
        """Start the process; returns before it listens."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with (self.folder / "serve.log").open("w", encoding="utf-8") as said:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-c", _WATCHED, "serve", "--data", str(self.folder), "--port", "0"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=said,
                    text=True,
                    start_new_session=True,
                )
        except OSError as error:
            raise self._failed(error.strerror or "") from error

    def url(self) -> str:
        """Where it listens; waits until it does.

        Raises:
            HallError: ``centre_failed``, it ended before it listened.
        """
        if not self._url:
            stdout = self._process.stdout if self._process else None
            for line in stdout or ():
                if line.startswith(_LISTENING):
                    self._url = line.removeprefix(_LISTENING).strip()
                    break
            else:
                raise self._failed(_("没有起来"))
        return self._url

    def code(self, office: str) -> str:
        """A one-time code for one device of this hall.

        Raises:
            HallError: ``centre_failed``.
        """
        program = [sys.executable, *CENTRAL, "enrol-code", "--data", str(self.folder), "--office", office]
        done = subprocess.run(program, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != 0 or not done.stdout.strip():
            raise self._failed(_("没有给出登记码"))
        return done.stdout.strip()

    def enrol(self, ws: Workspace) -> None:
        """Make this counter known to it, once.

        Raises:
            HallError: ``centre_failed``, or what enrolment says.
        """
        from clerk_tui.sync.token import read_token, token_path

        config = ws.config
        known = ws.journal.device().server_key and read_token(token_path(config.store_file, config.token_file))
        if not known:
            enrol_now(ws, config, self.url(), self.code(config.hall.office))

    def stop(self) -> None:
        """End it; what it has acknowledged is on its disk."""
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

    def _failed(self, why: str) -> HallError:
        return HallError(
            "centre_failed",
            _("旁边的中心不能用：{why}").format(why=why),
            hint=_("经过记在 {log}；中心的软件包没有装时运行 make setup").format(log=self.folder / "serve.log"),
        )
