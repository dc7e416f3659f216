"""``clerk doctor`` misses no key: without it no paper carries a code for other windows, and nothing can be sealed."""

from __future__ import annotations

from pathlib import Path

import pytest

from clerk_tui.store.device import key_file
from tests.clerk_tui.cli.conftest import Clerk, saved, walk_in


@pytest.mark.parametrize("junk", [None, b"junk"])
def test_a_key_that_is_gone_or_junk_fails_the_check(clerk: Clerk, home: Path, junk: bytes | None) -> None:
    assert clerk("intake", saved(home, walk_in()), "--json").code == 0
    assert "密钥" not in clerk("doctor").out
    (store,) = home.rglob("clerk.db")
    key_file(store).unlink()
    if junk is not None:
        key_file(store).write_bytes(junk)
    done = clerk("doctor")
    assert done.code != 0 and "本机密钥不在或读不出来" in done.out and str(key_file(store)) in done.out
