"""What could not be read of a damaged journal is told until somebody in charge has seen to it, and said why."""

from __future__ import annotations

import pytest

from clerk_tui.services import losses, outbox
from clerk_tui.services.workspace import Workspace
from clerk_tui.store.sealed_files import SealedFile, folder_of, keep_lost
from hall.chain import open_sealed
from hall.errors import BadInput, StoreError
from hall.facts import LossSeen
from hall.roles import Actor, Forbidden, Role

DEVICE = "0123456789abcdef"


def lost(ws: Workspace, first: int = 5, last: int = 7) -> SealedFile:
    return keep_lost(folder_of(ws.journal.path), "Z9", DEVICE, first, last, "第 5 条到第 7 条读不出来")


def test_it_is_written_down_by_number_and_nobody_is_told_any_more(ws: Workspace) -> None:
    found = lost(ws)
    assert outbox.status(ws).lost == (found,)
    losses.see_to(ws, found, "已按存根补录")
    assert outbox.status(ws).lost == ()
    sealed = ws.journal.sealed(ws.journal.head.seq)
    assert sealed is not None
    assert open_sealed(sealed).body == LossSeen(
        incarnation="Z9", device_end="89abcdef", first=5, last=7, reason="已按存根补录"
    )
    assert [path.name for path in folder_of(ws.journal.path).iterdir()] == ["Z9-89abcdef-5-7.lost.seen"]


def test_only_somebody_in_charge_says_so_with_a_reason_and_of_what_is_lost(ws: Workspace) -> None:
    found, head = lost(ws), ws.journal.head
    with pytest.raises(BadInput, match="写明"):
        losses.see_to(ws, found, " 。")
    with pytest.raises(BadInput) as error:
        losses.see_to(ws, SealedFile(path=found.path, incarnation="Z9", device_end="x", first=1, last=2), "没有")
    assert error.value.code == "not_lost"
    ws.seat.take(Actor(id="0815", name="冯春", roles=frozenset({Role.CLERK})))
    for ask in (lambda: losses.require_may(ws), lambda: losses.see_to(ws, found, "已补录")):
        with pytest.raises(Forbidden):
            ask()
    assert (ws.journal.head, outbox.status(ws).lost) == (head, (found,))


def test_a_file_that_cannot_be_put_away_is_told_and_may_be_tried_again(ws: Workspace) -> None:
    found = lost(ws)
    blocked = found.path.with_name(found.path.name + ".seen")
    blocked.mkdir()
    with pytest.raises(StoreError, match="已经写进账本"):
        losses.see_to(ws, found, "已补录")
    assert outbox.status(ws).lost == (found,)
    blocked.rmdir()
    losses.see_to(ws, found, "已补录")
    assert outbox.status(ws).lost == ()


def kept(ws: Workspace, first: int, last: int, digest: bytes = b"") -> SealedFile:
    return keep_lost(folder_of(ws.journal.path), "Z9", DEVICE, first, last, "x", digest)


def test_what_follows_on_each_other_in_one_history_is_told_and_seen_to_as_one(ws: Workspace) -> None:
    one, two, far = kept(ws, 5, 7), kept(ws, 8, 10, b"aaaa"), kept(ws, 12, 12)
    after, other = kept(ws, 11, 11, b"bbbb"), kept(ws, 5, 7, b"cccc")
    runs = outbox.status(ws).losses
    assert {run.parts for run in runs} == {(one, two), (after,), (far,), (other,)}, "two histories are never one"
    (run,) = [run for run in runs if run.first == 5 and run.last == 10]
    head = ws.journal.head.seq
    losses.see_to(ws, run, "已按存根补录")
    bodies = [open_sealed(sealed).body for seq in (head + 1, head + 2) if (sealed := ws.journal.sealed(seq))]
    assert [(body.first, body.last) for body in bodies if isinstance(body, LossSeen)] == [(5, 7), (8, 10)]
    assert set(outbox.status(ws).lost) == {far, after, other}
    with pytest.raises(BadInput):
        losses.see_to(ws, run, "已按存根补录")
