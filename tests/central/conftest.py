"""A centre over a real database; ``hub`` is one over each of the two."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from central.app import make_app
from central.store import open_store
from central.store.opening import SECRET_VARIABLE
from central.store.sqlite import SqliteStore
from tests.central.hub import Hub
from tests.central.inline import inline
from tests.central.postgres import Loop, empty, new_database, start_server, worker


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "centre" / "central.db")
    yield store
    inline(store.close())


@pytest.fixture
def centre(store: SqliteStore) -> Iterator[TestClient[Litestar]]:
    with TestClient(make_app(store)) as client:
        yield client


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.close()


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the server that all processes of this test run share."""
    # By the run and not by its folder, whose name comes again: a server that an earlier run left is none of ours.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"{tmp_path_factory.getbasetemp()} {os.getpid()}"
    # Not below the run's own folder: that is closed to the user whom the server runs as when the tests run as root.
    folder = Path(tempfile.gettempdir()) / f"clerk-postgres-{sha256(run.encode()).hexdigest()[:12]}"
    address: str = start_server(folder).get_uri()
    return address


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str, loop: Loop) -> str:
    """The address of this process's own database."""
    name = f"centre_{worker()}"
    loop.run(new_database(postgres_server, name))
    return postgres_server.replace("/postgres?", f"/{name}?")


@pytest.fixture
def postgres(postgres_database: str, loop: Loop) -> str:
    """The address of an empty PostgreSQL database."""
    loop.run(empty(postgres_database))
    return postgres_database


@pytest.fixture(params=["sqlite", "postgres"])
def hub(request: pytest.FixtureRequest, tmp_path: Path, loop: Loop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setenv(SECRET_VARIABLE, str(tmp_path / "pins"))
    engine = request.param
    database = tmp_path / "centre" / "central.db" if engine == "sqlite" else request.getfixturevalue("postgres")
    hub = Hub(engine, open_store(database), loop, tmp_path)
    yield hub
    hub.close()
