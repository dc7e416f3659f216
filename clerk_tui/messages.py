"""What happens beside the keys, told across screens. Workers post these and never touch a widget."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.message import Message

if TYPE_CHECKING:
    from clerk_tui.services.calling import Now
    from clerk_tui.services.draft import Draft
    from clerk_tui.services.hall_watch import Seen
    from clerk_tui.services.keeping import Kept
    from clerk_tui.services.kept_drafts import KeptDrafts
    from clerk_tui.services.workspace import Workspace
    from hall.catalogue.model import Business
    from hall.catalogue.search import Hit
    from hall.errors import HallError


@dataclass
class WorkspaceReady(Message):
    """Journal and catalogue are open."""

    workspace: Workspace


@dataclass
class DraftsLeft(Message):
    """``left`` are walk-ins that an earlier run was ended in."""

    kept: KeptDrafts
    left: list[Draft]


@dataclass
class WorkspaceFailed(Message):
    """The counter cannot be opened."""

    error: HallError


@dataclass
class StationReady(Message):
    """The ticket machine is open; ``first`` is its first page."""

    workspace: Workspace
    first: Any


@dataclass
class StationSeen(Message):
    """Who waits where (``services.numbers.Outlook``), and what the line below says."""

    seen: list[Any]
    note: str


@dataclass
class StationPage(Message):
    """The page that follows a choice."""

    page: Any


@dataclass
class TicketPrinted(Message):
    """A ticket was printed, or was not (``services.ticket_printing.Printed``)."""

    printed: Any


@dataclass
class SyncChanged(Message):
    """Something was sent, received, refused, or contact was lost; ``change`` is what the supervisor reported."""

    change: Any = None

    def can_replace(self, message: Message) -> bool:
        """A burst of changes is one change."""
        return isinstance(message, SyncChanged)


@dataclass
class JournalDamaged(Message):
    """The daily look found that the journal is not as it was written."""

    found: Kept


@dataclass
class HallSeen(Message):
    """What a display or a board has seen of the hall."""

    seen: Seen

    def can_replace(self, message: Message) -> bool:
        """Only the newest look counts."""
        return isinstance(message, HallSeen)


@dataclass
class PapersMade(Message):
    """The print queue was worked; ``delivered`` are ``services.papers.Delivered``."""

    delivered: list[Any]


@dataclass
class PapersLeft(Message):
    """Papers that an earlier run left: ``unknown`` are prints to be asked about, ``queued`` whether some still wait,
    ``wanted`` whether the clerk waits to be asked."""

    unknown: list[Any]
    queued: bool = False
    wanted: bool = False


@dataclass
class SignInTold(Message):
    """What became of a number and a PIN: ``found`` is ``services.signing_in.SignedIn`` or whoever approves."""

    found: Any = None
    error: HallError | None = None


@dataclass
class QueueFound(Message):
    """The hall has a queue: ``businesses`` that this window serves, ``matters`` (search hits) of each by its key."""

    businesses: tuple[Business, ...]
    matters: dict[str, list[Hit]]


@dataclass
class QueueTold(Message):
    """The queue as it stands for this window."""

    now: Now


@dataclass
class DayLooked(Message):
    """How the day stands before its close: ``looked`` is ``services.day_close.Closing``."""

    looked: Any


@dataclass
class DayEnded(Message):
    """Days were closed: ``closed`` are ``services.day_close.Closed``, the last one last."""

    closed: Any


@dataclass
class DayForgotten(Message):
    """Earlier business days that nobody has closed."""

    days: list[dt.date]


@dataclass
class TextsFaulty(Message):
    """The centre's own wording of papers has faults: each says what and where."""

    faults: tuple[HallError, ...]


@dataclass
class WindowTold(Message):
    """The centre knows whether the window serves, pauses or has closed."""


@dataclass
class WorkFailed(Message):
    """A worker ended with an error that the clerk has to know of."""

    error: HallError
