"""How far a journal counts as sent by a receipt."""

from __future__ import annotations

import pytest

from hall.wire import PushResult, Receipt, Status, told_through


@pytest.mark.parametrize(
    ("acked", "told", "through"),
    [(13, (9, 10), 10), (10, (9, 10), 10), (9, (9, 10), 9), (13, (), 13)],
    ids=[
        "the centre has more than it told of",
        "all was told",
        "less is on the disk than was told",
        "nothing was sent",
    ],
)
def test_a_journal_is_sent_as_far_as_it_was_told_what_became_of_it(
    acked: int, told: tuple[int, ...], through: int
) -> None:
    receipt = Receipt(
        device="d", incarnation="A1", epoch="e", acked_through=acked, acked_hash=b"h" * 32, server_time_ms=1
    )
    assert (
        told_through(receipt, [PushResult(seq=seq, status=Status.APPLIED, server_seq=seq) for seq in told]) == through
    )
