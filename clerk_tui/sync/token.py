"""The device's bearer token: a file of its own (0600) beside the database, never in a setting or a log."""

from __future__ import annotations

import os
from pathlib import Path

from hall.errors import StoreError


def token_path(store_file: Path, configured: Path | None) -> Path:
    """Where the token lies: as configured, else beside the database."""
    return configured or store_file.with_name(store_file.name + ".token")


def read_token(path: Path) -> str | None:
    """The token, or ``None`` when the device has not enrolled.

    Raises:
        StoreError: the file is there and cannot be read.
    """
    try:
        return path.read_text("ascii").strip() or None
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise StoreError("token_file", f"令牌文件读不出来（{path}）", hint="检查权限，或重新登记设备") from error


def write_token(path: Path, token: str) -> None:
    """Keep the token; only the owner may read it.

    Raises:
        StoreError: the file cannot be written.
    """
    new = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(token + "\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        raise StoreError("token_file", f"令牌文件写不进去（{path}）", hint="检查目录权限和磁盘空间") from error
