"""Print jobs between windows, the centre and a print station, as JSON.

A job is named by its paper (``SL01-A1-00012-7-notice-1.pdf``: reference, kind, which one; no name, no identity number),
so that a window may send it again after a lost answer and there is still one job. Who takes one gets it on a lease;
``begin`` is said before the first byte goes to the printer. A job that was only taken comes back when its lease ends;
of one that was begun nobody knows, and a person is asked.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

MAX_PDF: Final = 4 << 20
"""Largest paper, in bytes."""
MAX_BODY: Final = 6 << 20
"""Largest request with a paper in it (Base64), in bytes."""
LEASE_MS: Final = 60_000
"""How long a job that was taken waits for ``begin``, in milliseconds."""
PRINTING_MS: Final = 15 * 60_000
"""How long a job may be printing before nobody knows, in milliseconds."""
KEPT_MS: Final = 7 * 24 * 3600 * 1000
"""How long a job is remembered after its last change; the PDF of one that came out is erased at once."""
MAX_LISTED: Final = 200

JobName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._~-]{0,99}\.pdf\Z")]
StationName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{0,20}\Z")]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
ClaimId = Annotated[str, Meta(pattern=r"^[0-9a-f-]{8,40}\Z")]
JobState = Literal["queued", "taken", "printing", "printed", "failed", "unknown", "withdrawn"]
Ended = Literal["printed", "failed", "unknown"]


class Job(Struct, frozen=True, kw_only=True):
    """A job as it stands. ``station`` empty: any; ``window`` is the device that sent it; times are Unix ms."""

    name: str
    station: str
    state: JobState
    error: str = ""
    window: str = ""
    made_ms: int = 0
    changed_ms: int = 0


class PutRequest(Struct, frozen=True, kw_only=True):
    """Print this. Sent again it is the same job; one that failed, was withdrawn, or of which nobody knows is queued
    anew: a window sends such a one only when a person there says so."""

    name: JobName
    station: StationName = ""
    sha256: Digest
    pdf: Annotated[bytes, Meta(max_length=MAX_PDF)]


class TakeRequest(Struct, frozen=True, kw_only=True):
    """The next job for ``station``; the same ``claim_id`` again gets the same one."""

    claim_id: ClaimId
    station: StationName = ""


class TakeReply(Struct, frozen=True, kw_only=True):
    """A job with its paper, or nothing to do."""

    job: Job | None = None
    pdf: bytes = b""


class StepRequest(Struct, frozen=True, kw_only=True):
    """``begin``: the first byte is about to go to the printer."""

    name: JobName
    claim_id: ClaimId


class EndRequest(Struct, frozen=True, kw_only=True):
    """What became of it; ``error`` in words where it did not come out."""

    name: JobName
    claim_id: ClaimId
    state: Ended
    error: Annotated[str, Meta(max_length=400)] = ""


class SettleRequest(Struct, frozen=True, kw_only=True):
    """A person has looked: it lies there, or it is to be printed again."""

    name: JobName
    printed: bool


class WithdrawRequest(Struct, frozen=True, kw_only=True):
    """The window takes back what no station has taken."""

    name: JobName


class NamesRequest(Struct, frozen=True, kw_only=True):
    """How these jobs of one's own stand."""

    names: Annotated[tuple[JobName, ...], Meta(max_length=MAX_LISTED)]


class JobReply(Struct, frozen=True, kw_only=True):
    """The job after a request."""

    job: Job


class JobsReply(Struct, frozen=True, kw_only=True):
    """Jobs, the oldest first."""

    jobs: tuple[Job, ...]
