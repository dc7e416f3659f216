"""A token that has run out, renewed with the device's key: also by a program that sends nothing."""

from __future__ import annotations

from pathlib import Path

from clerk_tui.store.device import load_key
from clerk_tui.store.exchange import Outbox
from clerk_tui.sync.client import Client
from clerk_tui.sync.token import read_token, write_token
from clerk_tui.sync.transport import open_http


def renew(url: str, store_file: Path, token_file: Path) -> bool:
    """Whether the centre at ``url`` took a next token, which then lies in ``token_file``.

    Raises:
        StoreError: there is no device's key or token here.
    """
    outbox = Outbox(store_file)
    try:
        with open_http(url) as http:
            client = Client(
                http,
                outbox,
                load_key(store_file),
                read_token(token_file) or "",
                lambda _learnt: None,
                save_token=lambda renewed: write_token(token_file, renewed),
            )
            return client.renew_token() is True
    finally:
        outbox.close()
