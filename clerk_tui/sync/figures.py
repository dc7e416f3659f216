"""The queue's figures, asked of the centre as this device."""

from __future__ import annotations

from pathlib import Path

from clerk_tui.sync.messages import TROUBLES, Trouble
from clerk_tui.sync.token import read_token
from hall.errors import HallError
from hall.queue_wire import FiguresReply


def fetch(url: str, token_file: Path, days: int) -> FiguresReply:
    """The figures of the last ``days`` days of the hall.

    Raises:
        HallError: ``figures_`` and what was in the way.
        StoreError: the token cannot be read.
    """
    from clerk_tui.sync.transport import Transport, decode, open_http, refusal

    token = read_token(token_file)
    if token is None:
        raise _failed(Trouble(what="not_enrolled", detail="no token file"))
    with open_http(url) as http:
        answer = Transport(http, token).ask("GET", "/v1/queue/figures", params={"days": str(days)})
    if isinstance(answer, Trouble):
        raise _failed(answer)
    status, body, _ = answer
    if status != 200:
        raise _failed(refusal(status, body))
    reply = decode(body, FiguresReply)
    if reply is None:
        raise _failed(Trouble(what="not_the_centre", detail="unreadable figures"))
    return reply


def _failed(trouble: Trouble) -> HallError:
    hint = "检查网络和登记，或把数字写进文件：clerk staffing FILE"
    return HallError(f"figures_{trouble.what}", TROUBLES[trouble.what], field="centre.url", hint=hint)
