"""Every table with its columns, the same in both engines, in an order in which rows can be put back."""

from __future__ import annotations

from typing import Final

TABLES: Final[dict[str, tuple[str, ...]]] = {
    "server": ("epoch", "signing_key"),
    "hall": ("office", "feed_head", "codes"),
    "enrol_code": ("code_hash", "office", "expires_ms", "used_by", "role"),
    "device": (
        "device_id", "office", "public_key", "token_hash", "revoked_ms", "seen_ms", "role", "token_expires_ms",
        "next_token_hash", "next_expires_ms",
    ),
    "ended_token": ("token_hash", "device_id"),
    "clerk": (
        "office", "clerk_id", "name", "roles", "active", "verifier", "pin_version", "must_change", "fails", "failed_ms",
    ),
    "clerk_rights": ("office", "clerk_id", "from_ms", "roles", "active"),
    "clerk_session": ("token_hash", "office", "clerk_id", "device_id", "expires_ms"),
    "audit": ("at_ms", "office", "actor", "action", "target"),
    "incarnation": (
        "office", "code", "device_id", "expected", "last_hash", "writes_as", "start_seq", "start_hash", "pending",
        "oldest_ms", "declared_ms", "app_v",
    ),
    "event": (
        "office", "incarnation", "seq", "event_id", "subject", "header", "public", "personal", "salt", "personal_hash",
        "hash", "status", "reason", "server_seq", "case_version", "received_ms",
    ),
    "case_": ("case_id", "office", "reference", "state", "version", "snapshot", "server_seq", "device", "day", "flags"),
    "aside": (
        "office", "server_seq", "subject", "kind", "made_ms", "settled_ms", "settled_by", "dealt_how", "dealt_by",
        "dealt_ms", "dealt_words",
    ),
    "conflict": (
        "office", "conflict_id", "case_id", "other", "kind", "reason", "incarnation", "seq", "actor", "made_ms",
        "settled_ms", "settled_by", "settled_how",
    ),
    "claim": (
        "office", "kind", "key", "case_id", "incarnation",
    ),
    "clock": (
        "device_id", "boot_id", "lo_ms", "hi_ms", "seen_ms",
    ),
    "report": (
        "office", "device_id", "incarnation", "seq", "reason", "app_v", "public_hash", "at_ms",
    ),
    "attachment": (
        "office", "sha256", "mime", "size", "made_ms",
    ),
    "attachment_piece": (
        "office", "sha256", "at", "body",
    ),
    "upload": (
        "office", "sha256", "device_id", "size", "have", "touched_ms",
    ),
    "upload_piece": (
        "office", "sha256", "device_id", "at", "body",
    ),
    "department": (
        "office", "key", "url", "secret", "token_hash", "made_ms",
    ),
    "delivery": (
        "office", "department", "case_id", "wanted", "sent", "state", "attempts", "due_ms", "error",
    ),
    "alarm": (
        "office", "number", "device_id", "place", "clerk", "at_ms", "received_ms", "settled_ms", "settled_by",
    ),
    "loss": ("office", "incarnation", "device_end", "first_seq", "last_seq", "seen_by", "seen_ms"),
    "queue_hall": ("office", "rule", "closed_day"),
    "queue_serial": ("office", "day", "letter", "last"),
    "queue_block": (
        "office", "block_id", "device_id", "day", "letter", "first_serial", "last_serial", "made_ms",
    ),
    "queue_window": ("office", "place", "state", "reason", "businesses", "since_ms", "seen_ms"),
    "ticket": (
        "office", "ticket_id", "day", "letter", "serial", "business", "lane", "state", "place", "person_key",
        "claim_id", "lease_ms", "place_ms", "waits_ms", "callable_ms", "issued_ms", "first_called_ms", "called_ms",
        "calls", "started_ms", "ended_ms", "version", "snapshot", "told", "name", "device_id",
        "waiting_key", "arrival_key",
    ),
    "ticket_fact": ("office", "fact_id", "ticket_id", "order_ms", "number", "source", "body"),
    "board_hall": ("office", "rule", "counted"),
    "board_case": ("case_id", "office", "place"),
    "board_event": ("office", "what", "day", "case_id", "department", "n"),
    "board_open": (
        "office", "department", "holder", "begins", "yellow_day", "red_day", "dark_day", "n",
    ),
    "board_tally": ("office", "what", "day", "hour", "department", "n"),
    "print_job": (
        "office", "name", "station", "state", "sha256", "window_device", "holder", "claim_id", "lease_ms", "error",
        "made_ms", "changed_ms",
    ),
    "print_body": ("office", "name", "body"),
}  # fmt: skip
