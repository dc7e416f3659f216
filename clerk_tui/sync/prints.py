"""Asking the centre about print jobs: a window puts and follows them, a print station takes and ends them.

Every function is one question (``hall.print_wire`` says what the words mean) and raises ``Unreachable`` without an
answer and ``Refused`` with the centre's reason. Every one may be asked again after a lost answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from clerk_tui.sync.asking import Centre, Unreachable
from hall import print_wire as p


def put(centre: Centre, name: str, pdf: bytes, station: str) -> p.Job:
    """Print this at a station; empty: at any."""
    request = p.PutRequest(name=name, station=station, sha256=sha256(pdf).hexdigest(), pdf=pdf)
    return _job(centre, "jobs", request, name)


def states(centre: Centre, names: Sequence[str]) -> dict[str, p.Job]:
    """How jobs stand, by name; one that the centre does not know is left out."""
    reply = centre.ask("POST", "/v1/print/states", p.JobsReply, p.NamesRequest(names=tuple(names)))
    return {job.name: job for job in reply.jobs}


def withdraw(centre: Centre, name: str) -> p.Job:
    """Take back what no station has taken."""
    return _job(centre, "withdraw", p.WithdrawRequest(name=name), name)


def take(centre: Centre, claim_id: str, station: str) -> p.TakeReply:
    """The next job with its paper."""
    reply = centre.ask("POST", "/v1/print/take", p.TakeReply, p.TakeRequest(claim_id=claim_id, station=station))
    if reply.job is not None and not reply.pdf.startswith(b"%PDF"):
        raise Unreachable
    return reply


def begin(centre: Centre, name: str, claim_id: str) -> p.Job:
    """The first byte is about to go to the printer."""
    return _job(centre, "begin", p.StepRequest(name=name, claim_id=claim_id), name)


def end(centre: Centre, name: str, claim_id: str, state: p.Ended, error: str) -> p.Job:
    """What became of it."""
    return _job(centre, "end", p.EndRequest(name=name, claim_id=claim_id, state=state, error=error[:400]), name)


def forsake(centre: Centre) -> tuple[p.Job, ...]:
    """This station begins anew; what it had begun, nobody knows."""
    return centre.ask("POST", "/v1/print/forsake", p.JobsReply).jobs


def settle(centre: Centre, name: str, printed: bool) -> p.Job:
    """A person has looked."""
    return _job(centre, "settle", p.SettleRequest(name=name, printed=printed), name)


def listed(centre: Centre, station: str) -> tuple[p.Job, ...]:
    """What a station has to do, and what it did lately."""
    return centre.ask("GET", "/v1/print/jobs", p.JobsReply, params={"station": station}).jobs


def _job(centre: Centre, verb: str, request: object, name: str) -> p.Job:
    job = centre.ask("POST", f"/v1/print/{verb}", p.JobReply, request).job
    if job.name != name:
        raise Unreachable
    return job
