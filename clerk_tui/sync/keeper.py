"""Keeps what a sync run learnt, with the journal's one writer."""

from __future__ import annotations

from clerk_tui import faults
from clerk_tui.clock import Clock
from clerk_tui.store import clerks, exchange
from clerk_tui.store.archives import keep_offered, keep_progress
from clerk_tui.store.connection import Database
from clerk_tui.store.former import forget_former
from clerk_tui.sync.messages import (
    Acked,
    AnyMessage,
    ArchiveOffered,
    ArchiveSent,
    Changed,
    Clerks,
    Contact,
    Dead,
    HandedBack,
    Keys,
    ReadAgain,
    Rewound,
    Sealed,
    Trouble,
    Uploaded,
    Well,
)


class JournalKeeper:
    """Writes each message into the journal's database. Repeating a message changes nothing."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self.acked = 0
        self.acked_archived = 0
        """Of archived journals."""
        self.changes = 0
        self.sealed = ""
        """The last file that unsent facts of this journal were sealed into."""
        self.sealed_archives: list[str] = []
        """The files that unsent facts of archived journals were sealed into."""

    def __call__(self, message: AnyMessage) -> None:
        now = self._clock.now_ms()
        match message:
            case Acked(receipt=receipt, results=results, withheld=withheld):
                faults.point("ack.before")
                exchange.keep_receipt(self._database, receipt, results, now, withheld)
                faults.point("ack.after")
                self.acked += len(results)
            case Rewound(through=through, epoch=epoch):
                exchange.rewind(self._database, through, epoch, now)
            case Changed(changes=changes, next_cursor=cursor, anew=anew, complete=complete):
                faults.point("cursor.before")
                exchange.keep_changes(self._database, changes, cursor, now, anew=anew, complete=complete)
                faults.point("cursor.after")
                self.changes += len(changes)
            case Keys(reply=reply):
                exchange.keep_keys(self._database, reply, now)
            case Clerks(reply=told):
                clerks.keep_list(self._database, told, now)
            case HandedBack(which=kind, epoch=epoch):
                forget_former(self._database, kind, epoch)
            case ReadAgain(seq=seq, results=results):
                exchange.keep_read_again(self._database, results, now, brought=seq)
            case Dead(seq=seq, reason=reason):
                exchange.keep_dead(self._database, seq, reason)
            case Sealed(path=path, first=first, last=last, why=why):
                exchange.keep_sealed(self._database, path, first, last, why, now)
                self.sealed = path
            case ArchiveSent(
                device_id=device_id, through=through, state=state, sealed_path=path, withheld=withheld, facts=facts
            ):
                keep_progress(self._database, device_id, through, state, path, withheld)
                self.acked_archived += facts
                if path:
                    self.sealed_archives.append(path)
            case ArchiveOffered(device_id=device_id, seq=seq, is_read=is_read):
                keep_offered(self._database, device_id, seq, is_read, now)
            case Uploaded(sha256=digest, through=through, aside=reason):
                exchange.keep_uploaded(self._database, digest, through, reason, now)
            case Contact():
                exchange.keep_contact(self._database, now)
            case Trouble(what=what, detail=detail):
                exchange.keep_trouble(self._database, what, detail, now)
            case Well():
                exchange.keep_well(self._database, now)
