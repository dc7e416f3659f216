"""PouchDB replicating to pouchdb-server, where node and npm are to be had: the usual way of records that were written
off line."""

from __future__ import annotations

import base64
import os
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from hall import wire

PACKAGES = ("pouchdb@9.0.0", "pouchdb-server@4.2.0")
_INSTALL_S = 300
_SCRIPT = Path(__file__).with_suffix(".mjs")


def records_per_s(bodies: list[bytes], rounds: int) -> float | str:
    """The median of ``rounds``, with the records of these requests; or why it could not be measured."""
    home = _installed()
    if isinstance(home, str):
        return home
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clerk-bench-pouch-")))
        records = folder / "records"
        records.write_text("".join(f"{record}\n" for body in bodies for record in _records(body)), encoding="ascii")
        (folder / "node_modules").symlink_to(home / "node_modules")
        url = stack.enter_context(_server(folder))
        told = []
        for _ in range(rounds):
            done = subprocess.run(
                ["node", str(_SCRIPT), str(folder), str(records), url], capture_output=True, text=True, timeout=120
            )
            if done.returncode:
                return f"left out: PouchDB ended with {done.returncode}"
            told.append(float(done.stdout))
        return statistics.median(told)


def _records(body: bytes) -> Iterator[str]:
    for each in msgspec.json.decode(body, type=wire.PushRequest).events:
        yield base64.b64encode(msgspec.json.encode(each)).decode()


def _installed() -> Path | str:
    """Where the packages are, installed once and kept between runs."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "left out: node and npm are not installed here"
    home = Path(tempfile.gettempdir()) / f"clerk-bench-{os.getuid()}" / "pouchdb"
    if not (home / ".ready").exists():
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(home), *PACKAGES]
        try:
            done = subprocess.run(command, cwd=home, capture_output=True, timeout=_INSTALL_S)
        except subprocess.TimeoutExpired:
            return f"left out: npm did not install {' and '.join(PACKAGES)} in {_INSTALL_S} s"
        if done.returncode:
            return f"left out: npm could not install {' and '.join(PACKAGES)}"
        (home / ".ready").touch()
    return home


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = folder / "node_modules" / "pouchdb-server" / "bin" / "pouchdb-server"
    command = ["node", str(program), "--port", str(port), "--dir", str(folder), "--no-stdout-logs"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)
