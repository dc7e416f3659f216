"""Real centre processes over a real database, and what they cost."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from central.store import open_store
from central.store.opening import SECRET_VARIABLE
from tests.central.postgres import new_database, start_server
from tests.central.queue_load import Process

OFFICE = "SL01"
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Centre:
    """Processes over one database."""

    name: str
    database: str | Path
    processes: list[Process]

    def port(self, number: int) -> int:
        """Where the ``number``-th device asks."""
        return self.processes[number % len(self.processes)].port

    def with_store(self, work: Any) -> Any:
        """What ``work`` returns of a store over the same database."""

        async def do() -> Any:
            store = open_store(self.database)
            await store.start()
            try:
                return await work(store)
            finally:
                await store.close()

        return asyncio.run(do())

    def resident_mb(self) -> float:
        """The most memory that all processes together ever held, in MB."""
        return sum(_status(process.pid, "VmHWM") for process in self.processes) / 1024

    def cpu_s(self) -> float:
        """Processor time of all processes so far, in seconds."""
        return sum(_cpu_s(process.pid) for process in self.processes)


def _status(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


@contextmanager
def centre(folder: Path, engine: str, processes: int = 2) -> Iterator[Centre]:
    """A centre over an empty database: ``sqlite`` (one process), or ``postgres``."""
    with ExitStack() as stack:
        if engine == "sqlite":
            data = Path(tempfile.mkdtemp(dir=folder))
            made = Centre("SQLite", data / "central.db", [])
            where, count = ["--data", str(data)], 1
        else:
            address = stack.enter_context(postgres())
            told = f"PostgreSQL, {processes} processes" if processes > 1 else "PostgreSQL"
            made = Centre(told, address, [])
            where, count = ["--database", address], processes
            os.environ[SECRET_VARIABLE] = str(folder / "pins")
        for _ in range(count):
            process = Process(*where)
            stack.callback(process.stop)
            made.processes.append(process)
        yield made


@contextmanager
def postgres() -> Iterator[str]:
    """The address of an empty database of a server of its own."""
    with ExitStack() as stack:
        # Not below our own folder: that is closed to the user whom the server runs as when we are root.
        home = Path(tempfile.mkdtemp(prefix="clerk-bench-postgres-"))
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        home.chmod(0o755)
        server = start_server(home / "data")
        stack.callback(server.cleanup)
        asyncio.run(new_database(server.get_uri(), "bench"))
        yield str(server.get_uri()).replace("/postgres?", "/bench?")
