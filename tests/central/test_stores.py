"""What both databases promise: whole or not at all, done again after a deadlock, and the same tables in both."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import msgspec
import pytest

from central.store import Db, open_store
from central.store import postgres as engine
from central.store.tables import TABLES
from hall import wire
from hall.errors import BadInput, StoreError
from tests.central.device import Device
from tests.central.hub import Hub

CENTRE = [sys.executable, "-c", "from central.cli import main; main()"]


def test_the_list_of_tables_is_what_the_migrations_make(hub: Hub) -> None:
    """A backup holds every table and column, of either engine."""
    if hub.engine == "sqlite":
        names = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1"
        columns = "SELECT name FROM pragma_table_info($1)"
    else:
        names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migration' ORDER BY 1"
        columns = "SELECT column_name::text FROM information_schema.columns WHERE table_name = $1"

    async def tables(db: Db) -> dict[str, set[str]]:
        return {row[0]: {column[0] for column in await db.rows(columns, row[0])} for row in await db.rows(names)}

    found = hub.read(tables)
    assert found == {table: set(columns) for table, columns in TABLES.items()}


def test_a_transaction_that_raises_leaves_nothing(hub: Hub) -> None:
    async def half(db: Db) -> None:
        await db.run("INSERT INTO hall (office) VALUES ('SL09')")
        raise ValueError

    with pytest.raises(ValueError):
        hub.transact(half)
    assert hub.read(lambda db: db.rows("SELECT * FROM hall")) == []


@pytest.mark.parametrize("hub", ["postgres"], indirect=True)
def test_two_transactions_that_wait_for_each_other_both_succeed(hub: Hub) -> None:
    async def lock(db: Db, first: str, second: str, reached: asyncio.Event, other: asyncio.Event) -> None:
        change = "UPDATE hall SET feed_head = feed_head + 1 WHERE office = $1"
        await db.run(change, first)
        reached.set()
        await other.wait()
        await db.run(change, second)

    async def both() -> None:
        one, two = asyncio.Event(), asyncio.Event()
        await asyncio.gather(
            hub.store.transact(lambda db: lock(db, "A", "B", one, two)),
            hub.store.transact(lambda db: lock(db, "B", "A", two, one)),
        )

    hub.transact(lambda db: db.run("INSERT INTO hall (office) VALUES ('A'), ('B')"))
    hub.run(both())
    rows = hub.read(lambda db: db.rows("SELECT feed_head FROM hall"))
    assert [row[0] for row in rows] == [2, 2]


@pytest.mark.parametrize("hub", ["postgres"], indirect=True)
def test_a_server_that_may_lose_what_it_confirmed_is_not_used(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    assert {"synchronous_commit", "fsync", "full_page_writes"} <= set(engine._MUST_BE_ON)
    monkeypatch.setattr(engine, "_MUST_BE_ON", ("log_checkpoints", "zero_damaged_pages"))
    with pytest.raises(StoreError, match="zero_damaged_pages"):
        hub.run(engine.PostgresStore(hub.store.address).start())  # type: ignore[attr-defined]


def test_a_database_that_is_not_there_is_told_without_its_password(hub: Hub) -> None:
    store = open_store("postgresql://somebody:topsecret@127.0.0.1:1/nothing")
    with pytest.raises(StoreError) as told:
        hub.loop.run(store.start())
    assert "topsecret" not in told.value.message + told.value.hint
    words = [*CENTRE, "verify", "--database", "postgresql://somebody:topsecret@127.0.0.1:1/nothing"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 2
    assert "连不上" in done.stderr
    assert "topsecret" not in done.stderr + done.stdout


@pytest.mark.parametrize("value", ["\ud800", 2**70])
def test_a_value_that_cannot_be_stored_is_a_bad_request_and_no_failure(hub: Hub, value: object) -> None:
    sql = "UPDATE hall SET office = $1" if isinstance(value, str) else "UPDATE hall SET feed_head = $1"
    with pytest.raises(BadInput):
        hub.transact(lambda db: db.run(sql, value))


def test_a_name_with_a_nul_is_refused_by_both(hub: Hub) -> None:
    device = Device(hub, "device-1")
    body = {"incarnation": "W\x0001", "seq": 1, "reason": "x"}
    answer = hub.http.post("/v1/sync/report", content=msgspec.json.encode(body), headers=device.headers)
    assert answer.status_code in (400, 403)


@contextmanager
def serving(address: str) -> Iterator[str]:
    """A centre process on the database."""
    command = [*CENTRE, "serve", "--database", address, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.match(r"listening (\S+)", process.stdout.readline())
            assert found is not None
            yield found.group(1)
        finally:
            process.terminate()


@pytest.mark.parametrize("hub", ["postgres"], indirect=True)
def test_two_processes_on_one_database_are_one_centre(hub: Hub, postgres: str) -> None:
    device = Device(hub, "device-1")
    device.case(1)
    with ExitStack() as stack:
        one, two = (stack.enter_context(serving(postgres)) for _ in range(2))
        for url, first in ((one, 1), (two, 2)):
            body = msgspec.json.encode(device.request(first, 2))
            answer = httpx.post(f"{url}/v1/sync/push", content=body, headers=device.headers, trust_env=False)
            receipt = msgspec.json.decode(answer.content, type=wire.PushReply).receipt
            assert receipt.acked_through == first + 1
            assert wire.receipt_is_signed(device.enrolled.server_key, receipt)
        pages = [httpx.get(f"{url}/v1/sync/changes", headers=device.headers, trust_env=False) for url in (one, two)]
    assert pages[0].content == pages[1].content
    assert msgspec.json.decode(pages[0].content, type=wire.ChangesReply).changes[0].version == 3


def test_the_command_line_backs_up_and_restores(hub: Hub, tmp_path: Path) -> None:
    device = Device(hub, "device-1")
    device.case(1)
    device.drain()
    data = ["--data", str(tmp_path / "centre")]
    if hub.engine == "postgres":
        data = ["--database", hub.store.address]  # type: ignore[attr-defined]
    file = str(tmp_path / "b")

    def run(*words: str) -> str:
        return subprocess.run([*CENTRE, *words], check=True, capture_output=True, text=True).stdout

    assert "3 facts, 1 cases" in run("backup", *data, file)
    assert "3 facts, 1 cases" in run("restore", "--data", str(tmp_path / "new"), file)
    assert "1 journals, 3 facts: whole" in run("verify", "--data", str(tmp_path / "new"))
    refused = subprocess.run([*CENTRE, "restore", *data, file], capture_output=True, text=True)
    assert (refused.returncode, "已经有数据" in refused.stderr) == (2, True)
