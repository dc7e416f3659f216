"""A PDF that a command writes: whole under its name or not at all, and never in the place of anything else."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from clerk_tui.i18n import _
from clerk_tui.paths import give_name
from hall import os_words
from hall.errors import HallError

_OURS = b"clerk, ReportLab"
"""What every paper says of its maker (``receipts.archive.PRODUCER``), in its head or in its metadata."""


def save(out: Path, pdf: bytes) -> None:
    """Write ``pdf`` as the file ``out``, over an earlier paper of the program and over nothing else.

    Raises:
        HallError: ``file_exists``, something else has this name; ``cannot_write``.
    """
    new = out.with_name(f".{out.name}.{os.getpid()}.new")
    try:
        before = out.read_bytes() if out.is_file() else b""
        if (out.exists() or out.is_symlink()) and not (before.startswith(b"%PDF-") and _OURS in before):
            raise HallError(
                "file_exists",
                _("“{name}”已经在那里，不是本程序做的 PDF，没有覆盖").format(name=out.name),
                field="--out",
                hint=_("换一个没有用过的文件名"),
            )
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pdf)
            file.flush()
            os.fsync(file.fileno())
        if before:
            new.replace(out)
        else:
            give_name(new, out)
    except OSError as error:
        raise HallError(
            "cannot_write",
            _("写不了文件：{reason}").format(reason=_(os_words.why(error))),
            field="--out",
            hint=_("请换一个能写的位置"),
        ) from error
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)
