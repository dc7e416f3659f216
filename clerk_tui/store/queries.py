"""What is read from the tables, and the little that is written beside the journal: the print queue.

Every function takes a connection; its errors are turned into ``StoreError`` by ``Journal``'s callers through
``connection.translated``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from clerk_tui.store import projections as p
from hall.case import Case
from hall.chain import open_sealed
from hall.facts import Applicant, Fact
from hall.fold import fold

PrintState = Literal["queued", "printing", "sent", "printed", "failed", "unknown"]
END: Final = "\U0010ffff"
_told = msgspec.json.Decoder(Case)


class CaseRow(Struct, frozen=True, kw_only=True):
    """A case in a list; personal data is masked. Days are ISO 8601 or ``None``, ``updated_ms`` Unix milliseconds.
    ``elsewhere``: as the centre tells it, with what other windows did. ``twin``: another case has its reference."""

    case_id: str
    reference: str
    state: str
    matter_key: str
    matter_name: str
    department: str
    received: str
    accepted: str | None
    promised_due: str | None
    statutory_due: str | None
    applicant: str
    id_number: str
    phone: str
    version: int
    updated_ms: int
    elsewhere: bool = False
    twin: bool = False


class PaperRow(Struct, frozen=True, kw_only=True):
    """A paper of a case and what became of its last print, the ``nth`` (0 the first, n the n-th 补打): ``queued``,
    ``printing``, ``sent`` (a print station has it), ``printed``, ``failed``, ``unknown``, or ``""`` for none. ``path``
    is where it went."""

    paper_id: str
    case_id: str
    kind: str
    number: str
    day: str
    copies: int
    reprints: int
    seq: int
    state: str = ""
    path: str = ""
    pages: int = 0
    error: str = ""
    nth: int = 0
    target: str = ""


class Job(Struct, frozen=True, kw_only=True):
    """A print; ``nth`` 0 is the first, n the n-th 补打. ``seq`` is the paper's fact; ``target`` is where it goes or
    went, empty for where its kind goes."""

    paper_id: str
    nth: int
    case_id: str
    kind: str
    number: str
    seq: int
    state: PrintState
    target: str = ""
    error: str = ""


class Tail(Struct, frozen=True, kw_only=True):
    """The unsent end of the journal: how many facts, when the oldest was written, how many the centre set aside."""

    pending: int
    oldest_ms: int | None
    quarantined: int
    last_contact_ms: int


class AsideRow(Struct, frozen=True, kw_only=True):
    """A fact that the centre did not take as it is: ``state`` is ``quarantined`` or ``conflict``, ``type`` the fact's
    type (``case.noticed``), ``reference`` the case's or ``""``, ``reason`` the centre's words, ``number`` what the
    centre calls it, ``held`` how many later facts of its case there are."""

    seq: int
    state: str
    type: str
    reference: str
    reason: str
    case_id: str
    number: int
    held: int


_SET_ASIDE: Final = """SELECT seq, state, reason, server_seq AS number FROM event_status AS status
    WHERE state <> 'applied' AND state IN ('conflict', 'quarantined')
        AND NOT EXISTS (SELECT 1 FROM settled WHERE settled.seq = status.seq)
        AND NOT EXISTS (SELECT 1 FROM dead_letter WHERE dead_letter.seq = status.seq)
    UNION ALL SELECT seq, 'dead', reason, CASE WHEN reported_ms = 0 THEN 0 ELSE
            coalesce((SELECT server_seq FROM event_status WHERE event_status.seq = dead_letter.seq), 0) END
        FROM dead_letter WHERE NOT EXISTS (SELECT 1 FROM settled WHERE settled.seq = dead_letter.seq)"""
_ROW: Final = """case_id, reference, state, matter_key, matter_name, department, received, accepted, promised_due,
    statutory_due, applicant_masked, id_masked, phone_masked, version, updated_ms"""
ROW_NAMES: Final = tuple(name for name in CaseRow.__struct_fields__ if name not in ("elsewhere", "twin"))


def rows_of(connection: sqlite3.Connection, case_seqs: Iterable[int]) -> list[CaseRow]:
    """The rows of these cases, in this order."""
    return [row for seq in case_seqs if (row := row_of(connection, seq, "case_seq")) is not None]


def row_of(connection: sqlite3.Connection, value: str | int, column: str = "case_id") -> CaseRow | None:
    """The row of a case, by ``case_id`` or ``case_seq``; ``None`` where this journal has nothing of it."""
    row = connection.execute(f"SELECT {_ROW} FROM case_view WHERE {column} = ?", (value,)).fetchone()  # noqa: S608
    return _case_row(row) if row else None


def newest(connection: sqlite3.Connection, limit: int) -> list[CaseRow]:
    """The cases received last."""
    found = connection.execute(f"SELECT {_ROW} FROM case_view ORDER BY case_seq DESC LIMIT ?", (limit,))  # noqa: S608
    return [_case_row(row) for row in found]


def matching(connection: sqlite3.Connection, kind: int, prefix: str, limit: int) -> list[int]:
    """Cases with a key of this kind that begins so, the newest first."""
    found = connection.execute(
        """SELECT DISTINCT case_seq FROM case_find WHERE kind = ? AND key >= ? AND key < ?
        ORDER BY case_seq DESC LIMIT ?""",
        (kind, prefix, prefix + END, limit),
    )
    return [row[0] for row in found]


def matching_exactly(connection: sqlite3.Connection, kind: int, key: str, limit: int) -> list[int]:
    """Cases with exactly this key, the newest first."""
    found = connection.execute(
        "SELECT case_seq FROM case_find WHERE kind = ? AND key = ? ORDER BY case_seq DESC LIMIT ?", (kind, key, limit)
    )
    return [row[0] for row in found]


def named_with(connection: sqlite3.Connection, part: str, limit: int) -> list[int]:
    """Cases with this part anywhere in the name or its initials, the newest first.

    A scan of a narrow table: 100,000 names take some ten milliseconds, and a commit writes one page, not one a letter.
    """
    found = connection.execute(
        """SELECT case_seq FROM case_name WHERE instr(name, :part) OR instr(initials, :part)
        ORDER BY case_seq DESC LIMIT :limit""",
        {"part": part, "limit": limit},
    )
    return [row[0] for row in found]


def case_by(connection: sqlite3.Connection, column: str, value: str | int) -> Case | None:
    """The whole case, folded from its facts, by ``case_id`` or ``case_seq``."""
    if column == "case_seq":
        row = connection.execute("SELECT case_id FROM case_view WHERE case_seq = ?", (value,)).fetchone()
        return case_by(connection, "case_id", row[0]) if row else None
    return fold(p.facts_of(connection, str(value)))


def told_case(connection: sqlite3.Connection, case_id: str) -> Case | None:
    """The whole case as the centre told it last, ``None`` if it never did or in words of another version."""
    row = connection.execute(
        "SELECT body FROM inbox_change WHERE case_id = ? ORDER BY server_seq DESC LIMIT 1", (case_id,)
    ).fetchone()
    try:
        return _told.decode(row[0]) if row else None
    except msgspec.MsgspecError:
        return None


def unapplied(connection: sqlite3.Connection, case_id: str, applied: int) -> list[Fact]:
    """The facts of a case in this journal beyond the first ``applied`` that the centre did not set aside."""
    rows = connection.execute(
        f"""SELECT {p.SEALED} FROM event WHERE subject = ? AND NOT EXISTS (SELECT 1 FROM event_status AS status
            WHERE status.seq = event.seq AND status.state = 'quarantined') ORDER BY seq LIMIT -1 OFFSET ?""",  # noqa: S608
        (case_id, applied),
    )
    return [open_sealed(p.read_sealed(row)) for row in rows]


def known_keys(connection: sqlite3.Connection) -> list[tuple[bytes, str, bool]]:
    """The hall's keys as the centre told them: raw public key, device, whether revoked."""
    return [
        (row[0], row[1], bool(row[2]))
        for row in connection.execute("SELECT public_key, device, revoked FROM known_key")
    ]


def hall_secret(connection: sqlite3.Connection) -> bytes:
    """What the hall's devices share, empty before the centre has told it."""
    row = connection.execute("SELECT secret FROM hall_secret").fetchone()
    return bytes(row[0]) if row else b""


def waiting_for_a_word(connection: sqlite3.Connection, received_before: str) -> list[Case]:
    """Cases only taken in, whose clock started before a day (ISO 8601)."""
    found = connection.execute(
        "SELECT case_id FROM case_view WHERE state = 'received' AND clock_from < ? ORDER BY case_seq",
        (received_before,),
    ).fetchall()
    return [case for row in found if (case := case_by(connection, "case_id", row[0])) is not None]


def person(connection: sqlite3.Connection, id_number: str) -> Applicant | None:
    """What the last case of this person said of them."""
    row = connection.execute("SELECT applicant FROM person_view WHERE person = ?", (id_number,)).fetchone()
    return p.read_applicant(row[0]) if row else None


def last_case_of(connection: sqlite3.Connection, id_number: str) -> Case | None:
    """The case that ``person`` speaks from."""
    row = connection.execute("SELECT case_seq FROM person_view WHERE person = ?", (id_number,)).fetchone()
    return case_by(connection, "case_seq", row[0]) if row else None


def cases_of_person(connection: sqlite3.Connection, id_number: str, limit: int) -> list[Case]:
    """The last cases of this person, the newest first."""
    seqs = matching_exactly(connection, p.ID_NUMBER, id_number[::-1], limit)
    return [case for seq in seqs if (case := case_by(connection, "case_seq", seq)) is not None]


_PAPERS: Final = ("paper", "old_paper")
"""This journal's, and those of archived ones (``store.old_papers``)."""
_PAPER: Final = """SELECT paper.paper_id, case_id, kind, number, day, copies, reprints, seq, job.state, job.path,
    job.pages, job.error, job.nth, job.target
    FROM {table} AS paper LEFT JOIN print_job AS job ON job.paper_id = paper.paper_id
        AND job.nth = (SELECT max(nth) FROM print_job AS last WHERE last.paper_id = paper.paper_id)
    WHERE paper.paper_id = ?"""


def papers_of(connection: sqlite3.Connection, case: Case) -> list[PaperRow]:
    """The papers of a case in the order they were issued."""
    found = (paper(connection, issued.paper_id) for issued in case.papers)
    return [row for row in found if row is not None]


def paper(connection: sqlite3.Connection, paper_id: str) -> PaperRow | None:
    """One paper by its id."""
    for table in _PAPERS:
        if row := connection.execute(_PAPER.format(table=table), (paper_id,)).fetchone():
            return _paper_row(row)
    return None


def paper_numbered(connection: sqlite3.Connection, number: str) -> PaperRow | None:
    """One paper by its number."""
    for table in _PAPERS:
        found = connection.execute(f"SELECT paper_id FROM {table} WHERE number = ?", (number,))  # noqa: S608 - of two
        if row := found.fetchone():
            return paper(connection, row[0])
    return None


def queue_print(connection: sqlite3.Connection, paper_id: str, *, nth: int, at_ms: int) -> None:
    """Put a paper into the print queue, within a write transaction."""
    connection.execute(
        "INSERT INTO print_job (paper_id, nth, state, updated_ms) VALUES (?, ?, 'queued', ?)", (paper_id, nth, at_ms)
    )


_JOB: Final = """SELECT job.paper_id, job.nth, coalesce(paper.case_id, old.case_id), coalesce(paper.kind, old.kind),
    coalesce(paper.number, old.number), coalesce(paper.seq, old.seq), job.state, job.target, job.error
    FROM print_job AS job LEFT JOIN paper ON paper.paper_id = job.paper_id
    LEFT JOIN old_paper AS old ON old.paper_id = job.paper_id"""


def jobs_in(connection: sqlite3.Connection, *states: str, limit: int = -1) -> list[Job]:
    """Prints in these states (not ``printed``), the oldest first."""
    found = connection.execute(
        f"""{_JOB} WHERE job.state <> 'printed' AND job.state IN ({", ".join("?" * len(states))})
        ORDER BY coalesce(paper.seq, 0), job.nth LIMIT ?""",
        (*states, limit),
    )
    return [_job(row) for row in found]


def job(connection: sqlite3.Connection, paper_id: str, nth: int) -> Job | None:
    """One print."""
    row = connection.execute(f"{_JOB} WHERE job.paper_id = ? AND job.nth = ?", (paper_id, nth)).fetchone()
    return _job(row) if row else None


def _job(row: tuple[Any, ...]) -> Job:
    return Job(**dict(zip(Job.__struct_fields__, row, strict=True)))


def claim_job(connection: sqlite3.Connection, wanted: Job, *, target: str, at_ms: int) -> bool:
    """Make a queued print one's own, within a write transaction; ``False`` when somebody else was first."""
    taken = connection.execute(
        """UPDATE print_job SET state = 'printing', target = ?, path = '', pages = 0, error = '', updated_ms = ?
        WHERE paper_id = ? AND nth = ? AND state = 'queued' RETURNING nth""",
        (target, at_ms, wanted.paper_id, wanted.nth),
    )
    return taken.fetchone() is not None


def finish_job(
    connection: sqlite3.Connection,
    done: Job,
    state: str,
    *,
    path: str = "",
    pages: int = 0,
    error: str = "",
    digest: str = "",
    at_ms: int,
) -> bool:
    """Write down what became of a print that was ``printing``, within a write transaction."""
    ended = connection.execute(
        """UPDATE print_job SET state = ?, path = ?, pages = ?, error = ?, digest = ?, updated_ms = ?
        WHERE paper_id = ? AND nth = ? AND state = 'printing' RETURNING nth""",
        (state, path, pages, error, digest, at_ms, done.paper_id, done.nth),
    )
    return ended.fetchone() is not None


def move_job(
    connection: sqlite3.Connection, paper_id: str, nth: int, before: tuple[str, ...], after: str, *,
    error: str | None = None, target: str | None = None, at_ms: int,
) -> bool:  # fmt: skip
    """Bring a print from one of some states into another, within a write transaction; ``False`` when it was in none
    of them. ``error`` and ``target`` stay as they are unless given."""
    moved = connection.execute(
        """UPDATE print_job SET state = ?, error = coalesce(?, error), target = coalesce(?, target), updated_ms = ?
        WHERE paper_id = ? AND nth = ? AND instr(?, ' ' || state || ' ') RETURNING nth""",
        (after, error, target, at_ms, paper_id, nth, f" {' '.join(before)} "),
    )
    return moved.fetchone() is not None


def tail(connection: sqlite3.Connection) -> Tail:
    """The unsent end of the journal and what archived journals have to send, which is older than ``archived_ms``."""
    acked, contact = connection.execute("SELECT acked_through, last_contact_ms FROM device").fetchone() or (0, 0)
    last = connection.execute("SELECT max(seq) FROM event").fetchone()[0] or 0
    oldest = connection.execute("SELECT at_ms FROM event WHERE seq = ?", (acked + 1,)).fetchone()
    query = "SELECT total(head_seq - acked_through), min(archived_ms) FROM archive WHERE state = 'sending'"
    archived, since = connection.execute(f"{query} AND head_seq > acked_through").fetchone()
    aside = connection.execute(f"SELECT count(*) FROM ({_SET_ASIDE})").fetchone()[0]  # noqa: S608 - a constant
    return Tail(
        pending=max(0, last - acked) + int(archived),
        oldest_ms=min((at for at in (oldest[0] if oldest else None, since) if at is not None), default=None),
        quarantined=aside,
        last_contact_ms=contact,
    )


def set_aside(connection: sqlite3.Connection, limit: int) -> list[AsideRow]:
    """The facts that the centre set aside or cannot read and nobody has dealt with, the newest first."""
    found = connection.execute(
        f"""SELECT aside.seq, aside.state, event.type,
            coalesce(case_view.reference, shared_case.reference, ''), aside.reason,
            event.subject, aside.number, CASE WHEN event.subject = '' THEN 0 ELSE (SELECT count(*) FROM event AS later
                WHERE later.subject = event.subject AND later.seq > event.seq) END
        FROM ({_SET_ASIDE}) AS aside JOIN event ON event.seq = aside.seq
        LEFT JOIN case_view ON case_view.case_id = event.subject
        LEFT JOIN shared_case ON shared_case.case_id = event.subject
        ORDER BY aside.seq DESC LIMIT ?""",  # noqa: S608 - a constant
        (limit,),
    )
    return [AsideRow(**dict(zip(AsideRow.__struct_fields__, row, strict=True))) for row in found]


def kept(connection: sqlite3.Connection, name: str) -> tuple[int, int, str] | None:
    """When something regular was last done (Unix ms), whether it went well, and what was found."""
    row = connection.execute("SELECT at_ms, ok, detail FROM kept WHERE name = ?", (name,)).fetchone()
    return (row[0], row[1], row[2]) if row else None


def keep_kept(connection: sqlite3.Connection, name: str, at_ms: int, ok: bool, detail: str) -> None:
    """Keep how something regular went, within a write transaction."""
    connection.execute("INSERT OR REPLACE INTO kept VALUES (?,?,?,?)", (name, at_ms, ok, detail))


def _case_row(row: tuple[object, ...]) -> CaseRow:
    return CaseRow(**dict(zip(ROW_NAMES, row, strict=True)))  # type: ignore[arg-type]


def _paper_row(row: tuple[object, ...]) -> PaperRow:
    names = PaperRow.__struct_fields__
    values = {name: value for name, value in zip(names, row, strict=True) if value is not None}
    return PaperRow(**values)  # type: ignore[arg-type]
