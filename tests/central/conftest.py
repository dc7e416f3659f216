"""A centre over a real database, spoken to over ASGI."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from central.app import make_app
from central.store.sqlite import SqliteStore
from tests.central.inline import inline


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "centre" / "central.db")
    yield store
    inline(store.close())


@pytest.fixture
def centre(store: SqliteStore) -> Iterator[TestClient[Litestar]]:
    with TestClient(make_app(store)) as client:
        yield client
