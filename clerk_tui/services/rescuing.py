"""What becomes of the facts of a damaged journal that no longer follow the centre's last: sealed, or told by number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from clerk_tui.store.backup import Examined
from clerk_tui.store.device import load_key
from clerk_tui.store.exchange import as_wire
from clerk_tui.store.salvage import Run, Salvaged
from clerk_tui.store.sealed_files import SealedFile, folder_of, keep_lost
from clerk_tui.sync.sealing import seal
from hall.errors import HallError
from hall.sealed import SealedFacts

NOT_READ = (
    "设备 {code} 的账本受损，第 {first} 条到第 {last} 条记录读不出来，中心也没有确认收到。\n"
    "原来的文件原样在 archive 文件夹里。负责人按文书和材料核对、补录以后，在 F12 选中它，写明查到了什么。"
)
NOT_SEALED = (
    "设备 {code} 的账本受损，第 {first} 条到第 {last} 条记录还读得出来，但是没有封存（{why}），中心也没有确认收到。\n"
    "原来的文件原样在 archive 文件夹里。负责人按文书和材料核对、补录以后，在 F12 选中它，写明查到了什么。"
)


def put_by(
    found: Iterable[Salvaged],
    sources: Sequence[Examined],
    store: Path,
    office: str,
    epoch: str,
    sealing_key: bytes,
    now_ms: int,
) -> tuple[tuple[SealedFile, ...], tuple[SealedFile, ...]]:
    """Seal what was read behind a gap and name what was not read, both beside ``store``: the sealed files, and those
    that name the numbers. What the centre of now (``epoch``) has proven to hold, or a whole one of ``sources`` has (a
    backup), is neither.

    Raises:
        StoreError: a file cannot be written.
    """
    sealed: list[SealedFile] = []
    lost: list[SealedFile] = []
    for one in found:
        ends = [each.head.seq for each in sources if each.device.device_id == one.device_id and each is not one.sound]
        known = max([one.acked if one.epoch == epoch else 0, *ends])
        runs = [run for run in one.later if run.last > known]
        for run in runs:
            try:
                sealed.append(_seal(one, run, store, office, sealing_key, now_ms))
            except HallError as error:
                if error.code != "no_sealing_key":
                    raise
                lost += _named(one, [(run.first, run.last)], known, store, NOT_SEALED, why=error.message)
        lost += _named(one, one.lost, known, store, NOT_READ)
    return tuple(sealed), tuple(lost)


def _seal(one: Salvaged, run: Run, store: Path, office: str, sealing_key: bytes, now_ms: int) -> SealedFile:
    assert one.sound is not None, "facts that were read are of a known device"
    content = SealedFacts(
        office=office,
        device=one.device_id,
        incarnation=one.incarnation,
        first_seq=run.first,
        start=run.start,
        events=[],
        reason="damaged",
        sealed_ms=now_ms,
    )
    recipient = sealing_key or one.sound.device.sealing_key
    key = load_key(one.sound.path)
    return seal(content, lambda: [as_wire(each) for each in run.facts], run.last, key, recipient, folder_of(store))


def _named(
    one: Salvaged, numbers: Iterable[tuple[int, int]], known: int, store: Path, words: str, why: str = ""
) -> list[SealedFile]:
    left = ((max(first, known + 1), last) for first, last in numbers if last > known)
    return [
        keep_lost(
            folder_of(store), one.incarnation, one.device_id, first, last,
            words.format(code=one.incarnation, first=first, last=last, why=why),
        )
        for first, last in left
    ]  # fmt: skip
