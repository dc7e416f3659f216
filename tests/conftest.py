"""Every test starts in a clean house: its own home, no settings from outside, no network beyond this machine."""

from __future__ import annotations

import gc
import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# `ci` is what `make test` runs: the same examples every time. `soak` looks further, with new ones.
settings.register_profile("ci", derandomize=True, deadline=None, max_examples=100, database=None)
settings.register_profile(
    "soak", deadline=None, max_examples=5_000, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

#: Variables that would let the machine or the person who runs the tests have a say.
OUTSIDE = re.compile(
    r"CLERK_|XDG_|TEXTUAL(?!_SNAPSHOT_)|LANGUAGE$|LC_|TZ$|NO_COLOR$|FORCE_COLOR$|COLORTERM$|COLUMNS$|LINES$|.*_proxy$",
    re.I,
)

#: The prepared fonts take half a minute to make and are the same for every test.
CACHE = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")


#: What runs longest begins first, so that at the end no process works on alone while the others have done.
LONGEST = "tests/simulator/"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


def pytest_collection_finish() -> None:
    """Eight thousand tests are no garbage: to walk through all of them again and again took a fifth of the time."""
    gc.freeze()
    gc.set_threshold(5_000, 20, 20)


@pytest.fixture(autouse=True)
def clean_environment(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty home, no setting of the person who runs the tests, UTC as the machine's time."""
    for name in filter(OUTSIDE.match, list(os.environ)):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("XDG_CACHE_HOME", CACHE)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("TERM", "xterm-256color")


def _is_here(address: Any) -> bool:
    """Whether a socket address is on this machine: a local socket, or the loopback range."""
    if not isinstance(address, tuple):
        return True
    host = str(address[0])
    return host in ("localhost", "::1") or host.startswith("127.")


@pytest.fixture(autouse=True)
def only_this_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A connection to anywhere but loopback fails the test at once."""

    def guarded(original: Any) -> Any:
        def connect(self: socket.socket, address: Any) -> Any:
            if not _is_here(address):
                raise AssertionError(f"a test tried to reach {address[0]}")
            return original(self, address)

        return connect

    monkeypatch.setattr(socket.socket, "connect", guarded(socket.socket.connect))
    monkeypatch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex))
    yield


@pytest.fixture(autouse=True)
def chinese_screen() -> Iterator[None]:
    """The screen speaks Chinese again after a test that changed the language."""
    from clerk_tui import i18n

    yield
    i18n.install()
