"""Print jobs at the centre, over both databases: one job a paper, one station a job, printed by itself once at most."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import msgspec
import pytest

from central import printing
from central.refusal import Refused
from hall import print_wire as p
from tests.central.halls import HERE, Hall, bearer
from tests.central.hub import NOW, Hub

NAME, OTHER = "SL01-A1-00012-7-notice-1.pdf", "SL01-A1-00013-5-receipt-1.pdf"
PDF = b"%PDF-1.5 a paper"
FIRST, SECOND = "11111111-aaaa", "22222222-bbbb"


class Jobs:
    """One hall's print jobs; ``at`` are milliseconds after the begin."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    def put(self, name: str = NAME, at: int = 0, pdf: bytes = PDF, window: str = "window", station: str = "") -> p.Job:
        request = p.PutRequest(name=name, station=station, sha256=sha256(pdf).hexdigest(), pdf=pdf)
        found: p.Job = self._do(printing.put, window, request, at)
        return found

    def take(self, claim: str = FIRST, at: int = 0, device: str = "station", station: str = "") -> p.TakeReply:
        found: p.TakeReply = self._do(printing.take, device, p.TakeRequest(claim_id=claim, station=station), at)
        return found

    def begin(self, claim: str = FIRST, at: int = 0, device: str = "station") -> p.Job:
        found: p.Job = self._do(printing.begin, device, p.StepRequest(name=NAME, claim_id=claim), at)
        return found

    def end(self, state: p.Ended, claim: str = FIRST, at: int = 0, device: str = "station") -> p.Job:
        found: p.Job = self._do(
            printing.end, device, p.EndRequest(name=NAME, claim_id=claim, state=state, error="缺纸"), at
        )
        return found

    def withdraw(self, window: str = "window") -> p.Job:
        found: p.Job = self._do(printing.withdraw, window, p.WithdrawRequest(name=NAME), 0)
        return found

    def settle(self, printed: bool, at: int = 0) -> p.Job:
        request = p.SettleRequest(name=NAME, printed=printed)
        return self.hub.transact(lambda db: printing.settle(db, HERE, request, NOW + at))

    def forsake(self, device: str = "station") -> list[p.Job]:
        return self.hub.transact(lambda db: printing.forsake(db, HERE, device, NOW))

    def states(self, at: int = 0) -> dict[str, str]:
        found = self.hub.transact(lambda db: printing.told(db, HERE, [NAME, OTHER], NOW + at))
        return {job.name: job.state for job in found}

    def bodies(self) -> int:
        rows = self.hub.read(lambda db: db.rows("SELECT name FROM print_body"))
        return len(rows)

    def _do(self, work: Any, device: str, request: Any, at: int) -> Any:
        return self.hub.transact(lambda db: work(db, HERE, device, request, NOW + at))


@pytest.fixture
def jobs(hub: Hub) -> Jobs:
    return Jobs(hub)


def refused(work: Any, *given: Any, **named: Any) -> str:
    with pytest.raises(Refused) as caught:
        work(*given, **named)
    return str(caught.value.problem.code)


def test_a_job_is_printed_and_its_pdf_erased(jobs: Jobs) -> None:
    assert jobs.put().state == "queued"
    taken = jobs.take()
    assert taken.job is not None and (taken.job.name, taken.job.state, taken.pdf) == (NAME, "taken", PDF)
    assert jobs.begin().state == "printing"
    assert jobs.bodies() == 1
    assert jobs.end("printed").state == "printed"
    assert (jobs.bodies(), jobs.take(SECOND).job) == (0, None)


def test_every_request_may_come_twice(jobs: Jobs) -> None:
    assert jobs.put() == jobs.put(at=5)
    assert jobs.take().job == jobs.take().job != None  # noqa: E711
    assert jobs.begin() == jobs.begin()
    assert jobs.end("printed") == jobs.end("printed")
    assert jobs.put(at=9).state == "printed", "a window that heard nothing prints nothing twice"
    assert jobs.bodies() == 0


def test_two_stations_never_get_one_job(jobs: Jobs) -> None:
    jobs.put()
    assert jobs.take(FIRST).job is not None
    assert jobs.take(SECOND, device="other").job is None
    assert refused(jobs.begin, SECOND, device="other") == "not_yours"


def test_what_was_only_taken_comes_back_and_its_first_station_begins_it_no_more(jobs: Jobs) -> None:
    jobs.put()
    jobs.take()
    later = p.LEASE_MS + 1
    assert jobs.states(later) == {NAME: "queued"}
    assert jobs.take(SECOND, at=later, device="other").job is not None
    assert refused(jobs.begin, FIRST, at=later) == "not_yours"
    assert jobs.begin(SECOND, at=later, device="other").state == "printing"


def test_what_was_begun_is_never_printed_again_by_itself(jobs: Jobs) -> None:
    jobs.put()
    jobs.take()
    jobs.begin()
    later = p.PRINTING_MS + 1
    assert jobs.states(later) == {NAME: "unknown"}
    assert jobs.take(SECOND, at=later).job is None
    assert jobs.end("printed", at=later).state == "printed", "the station was slow, not dead"


def test_a_station_that_begins_anew_says_what_it_had(jobs: Jobs) -> None:
    jobs.put()
    jobs.take()
    assert jobs.forsake() == [] and jobs.states() == {NAME: "queued"}
    jobs.take(SECOND)
    jobs.begin(SECOND)
    assert jobs.forsake("another station") == [] and jobs.states() == {NAME: "printing"}
    assert [job.state for job in jobs.forsake()] == ["unknown"]


@pytest.mark.parametrize("state", ["failed", "unknown"])
def test_a_person_settles_what_did_not_surely_come_out(jobs: Jobs, state: Any) -> None:
    jobs.put()
    jobs.take()
    jobs.begin()
    assert jobs.end(state).error == "缺纸"
    assert jobs.settle(False).state == "queued"
    assert refused(jobs.end, "printed") == "not_yours", "what the first try says now is of yesterday"
    jobs.take(SECOND)
    jobs.begin(SECOND)
    jobs.end(state, SECOND)
    assert (jobs.settle(True).state, jobs.bodies()) == ("printed", 0)
    assert refused(jobs.settle, True) == "not_open"


def test_a_window_takes_back_what_nobody_has_taken(jobs: Jobs) -> None:
    jobs.put()
    assert refused(jobs.withdraw, "another window") == "not_waiting"
    assert (jobs.withdraw().state, jobs.bodies(), jobs.take().job) == ("withdrawn", 0, None)
    assert jobs.put().state == "queued", "and may send it again"
    jobs.take()
    assert refused(jobs.withdraw) == "not_waiting"


def test_a_job_for_one_station_is_not_for_another(jobs: Jobs) -> None:
    jobs.put(station="east")
    assert jobs.take(station="west").job is None
    assert jobs.take(station="east").job is not None


def test_jobs_come_in_their_order_and_another_paper_never_takes_a_name(jobs: Jobs) -> None:
    jobs.put(OTHER, at=1)
    jobs.put(NAME, at=2)
    assert refused(jobs.put, NAME, pdf=b"%PDF another") == "other_paper"
    first = jobs.take().job
    assert first is not None and first.name == OTHER


def test_a_paper_that_was_damaged_on_its_way_is_not_taken(jobs: Jobs) -> None:
    request = p.PutRequest(name=NAME, sha256="0" * 64, pdf=PDF)
    assert refused(jobs._do, printing.put, "window", request, 0) == "wrong_digest"
    assert jobs.states() == {}


def test_nothing_is_kept_longer_than_said(jobs: Jobs) -> None:
    jobs.put()
    jobs.put(OTHER, at=p.KEPT_MS + 1)
    assert (jobs.states(p.KEPT_MS + 1), jobs.bodies()) == ({OTHER: "queued"}, 1)


def test_over_http_a_window_puts_a_station_takes_and_neither_does_the_others_part(hub: Hub) -> None:
    hall = Hall(hub.folder / "hall", hub.store, hub.run, HERE)
    window, station = bearer(hall.counter.enrolled.token), bearer(hall.station.enrolled.token)
    body = p.PutRequest(name=NAME, sha256=sha256(PDF).hexdigest(), pdf=PDF)
    assert _post(hub, "jobs", body, window).status_code == 200
    assert _post(hub, "take", p.TakeRequest(claim_id=FIRST), window).status_code == 403
    taken = msgspec.json.decode(_post(hub, "take", p.TakeRequest(claim_id=FIRST), station).content, type=p.TakeReply)
    assert taken.pdf == PDF
    _post(hub, "begin", p.StepRequest(name=NAME, claim_id=FIRST), station)
    _post(hub, "end", p.EndRequest(name=NAME, claim_id=FIRST, state="printed"), station)
    told = _post(hub, "states", p.NamesRequest(names=(NAME,)), window)
    (job,) = msgspec.json.decode(told.content, type=p.JobsReply).jobs
    assert (job.state, job.window) == ("printed", hall.counter.device.device_id)
    listed = hub.http.get("/v1/print/jobs", headers=station)
    assert [each["name"] for each in listed.json()["jobs"]] == [NAME]
    for wrong in ("../x.pdf", "张三.pdf", "x.txt"):
        said = _post(hub, "states", {"names": [wrong]}, window)
        assert said.status_code == 400


def _post(hub: Hub, path: str, body: Any, headers: dict[str, str]) -> Any:
    return hub.http.post(f"/v1/print/{path}", content=msgspec.json.encode(body), headers=headers)
