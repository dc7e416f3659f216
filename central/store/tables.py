"""Every table with its columns, the same in both engines, in an order in which rows can be put back."""

from __future__ import annotations

from typing import Final

TABLES: Final[dict[str, tuple[str, ...]]] = {
    "server": ("epoch", "signing_key"),
    "hall": ("office", "feed_head", "codes"),
    "enrol_code": ("code_hash", "office", "expires_ms", "used_by"),
    "device": ("device_id", "office", "public_key", "token_hash", "revoked_ms", "seen_ms"),
    "incarnation": ("office", "code", "device_id", "expected", "last_hash"),
    "event": (
        "office", "incarnation", "seq", "event_id", "subject", "header", "public", "personal", "salt", "personal_hash",
        "hash", "status", "reason", "server_seq", "case_version", "received_ms",
    ),
    "case_": ("case_id", "office", "reference", "state", "version", "snapshot", "server_seq", "device", "day"),
}  # fmt: skip
