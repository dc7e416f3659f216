"""A centre over a real database, spoken to over ASGI."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from central.app import make_app
from central.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "centre" / "central.db")
    yield store
    store.close()


@pytest.fixture
def centre(store: Store) -> Iterator[TestClient[Litestar]]:
    with TestClient(make_app(store)) as client:
        yield client
