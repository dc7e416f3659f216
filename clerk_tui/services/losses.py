"""What could not be read of a damaged journal, until somebody in charge has seen to it and says what they found.

The journal keeps that these facts are lost for good, and the centre hears it with the next upload.
"""

from __future__ import annotations

from clerk_tui.services.outbox import Loss
from clerk_tui.services.recording import Action
from clerk_tui.services.rights import needs
from clerk_tui.services.workspace import Workspace
from clerk_tui.store.sealed_files import SealedFile, folder_of, lost_in, put_away
from hall.errors import BadInput
from hall.facts import LossSeen
from hall.names import clean_text, says_something
from hall.roles import Permission
from hall.wire_oversight import LONGEST_WORDS


@needs(Permission.VERIFY)
def require_may(ws: Workspace) -> None:
    """That whoever sits here may say that a loss was seen to. Raises ``Forbidden`` where they may not."""


@needs(Permission.VERIFY)
def see_to(ws: Workspace, lost: SealedFile | Loss, reason: str) -> None:
    """Write down that these facts are lost for good and what was done about it; nobody is told of them any more. Of
    what is told as one each part is written down.

    Raises:
        Forbidden: whoever sits here may not. Nothing is written.
        BadInput: the reason says nothing, or somebody has seen to it meanwhile. Nothing is written.
        StoreError: it could not be saved; or it was, and the file of the folder ``sealed`` cannot be put away.
    """
    words = clean_text(reason, field="reason", max_length=LONGEST_WORDS)
    if not says_something(words):
        hint = "例如：已按存根补录两件，其余没有办件"
        raise BadInput("needs_reason", "要写明核对、补录了什么", field="reason", hint=hint)
    parts = lost.parts if isinstance(lost, Loss) else (lost,)
    if not set(parts) <= set(lost_in(folder_of(ws.journal.path))):
        raise BadInput("not_lost", "没有这些找不回来的记录，或者已经处理", field="seen", hint="用 clerk outbox 查看")
    action = Action(ws, "", "")
    for one in parts:
        action.add(
            LossSeen(
                incarnation=one.incarnation, device_end=one.device_end, first=one.first, last=one.last, reason=words
            )
        )
    with ws.journal.write() as connection:
        ws.journal.append(connection, action.entries)
    for one in parts:
        put_away(one)
