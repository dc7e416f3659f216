"""What becomes of facts when a workstation begins anew: none is left out (sync.md §8, §11).

Every fact that this device ever wrote and that the centre has not proven to hold is afterwards in one of three places:
in an archive that the new journal knows and that will be sent, in a sealed file, or named by its number in a file of
lost facts. What only a person can do first (close a program, bring a key) is asked for before anything is put away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from pathlib import Path

from msgspec import Struct

from clerk_tui.store.backup import Examined
from clerk_tui.store.connection import open_reader, translated
from clerk_tui.store.device import Device, find_key, has_key, key_file, load_key, read_device
from clerk_tui.store.exchange import as_wire
from clerk_tui.store.forks import Branch, hash_at, known_through
from clerk_tui.store.salvage import Run, Salvaged
from clerk_tui.store.sealed_files import SealedFile, folder_of, keep_lost
from clerk_tui.store.witness import Mark
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
BRANCH_NOT_SEALED = (
    "设备 {code} 有两份不同的账本，其中一份的第 {first} 条到第 {last} 条记录没有封存（{why}），另一份里没有这些记录。\n"
    "两份账本都原样在 archive 文件夹里。负责人按文书和材料核对、补录以后，在 F12 选中它，写明查到了什么。"
)
NO_KEY = (
    "设备 {code} 的第 {first} 条到第 {last} 条记录还在，但是本机密钥不在了，不能上传也不能封存，中心没有确认收到。\n"
    "找到密钥的，放到 {why}，运行 clerk export-sealed，封存的文件交负责人在中心导入。\n"
    "找不到的，负责人按文书和材料核对、补录，照 F12 写的处理。"
)
NOT_HERE = (
    "设备 {code} 曾经写到第 {last} 条，第 {first} 条起的记录不在这台机器上：账本被换回了旧的一份，或者不见了。\n"
    "中心已经有的不算丢失。找到原来的账本或备份的，再运行一次 clerk restore。\n"
    "找不到的，负责人按文书和材料核对、补录，照 F12 写的处理。"
)


class PutBy(Struct, frozen=True):
    """The files with what was ``read`` of damaged journals, those with what a whole one has and the journal that is
    sent has not (``parted``), and those that name what is ``lost``."""

    read: tuple[SealedFile, ...]
    parted: tuple[SealedFile, ...]
    lost: tuple[SealedFile, ...]


def key_of(path: Path, folders: Iterable[Path]) -> Path | None:
    """The key of the journal at ``path``, which is to be put away: beside it or in one of ``folders``; ``None`` where
    it does without one, because the centre has all of it or nobody can tell whose it is.

    Raises:
        HallError: ``key_missing``, without it nothing of the rest can be sent or sealed. Nothing was changed.
    """
    device: Device | None = None
    last = None
    with suppress(HallError), translated(path), closing(open_reader(path)) as db:
        device = read_device(db, path)
        (last,) = db.execute("SELECT max(seq) FROM event").fetchone()
    if device is None:
        return None
    found = find_key(path, device, folders)
    if found is not None or (last is not None and last <= device.acked_through):
        return found
    raise HallError(
        "key_missing",
        f"本机密钥不在账本旁边（{key_file(path)}）：没有它，中心还没有的记录不能上传也不能封存",
        field="file",
        hint="找到这个密钥文件放回去（备份旁边也有一份），再运行；确实没有的加 --without-key，这些记录按号码列出",
    )


def put_by(
    found: Sequence[Salvaged],
    sources: Sequence[Examined],
    branches: Sequence[Branch],
    kept: Sequence[Examined],
    mark: Mark | None,
    store: Path,
    office: str,
    epoch: str,
    sealing_key: bytes,
    now_ms: int,
) -> PutBy:
    """Seal what was read behind a gap or parted from what is sent, and name what was not read, both beside ``store``.
    What the centre of now (``epoch``) has proven to hold, or a whole
    one of ``sources`` has (a backup), is neither. Named are also the facts of sources without a key, and those that the
    witness saw (``mark``) and that are in none of the journals ``kept``.

    Raises:
        StoreError: a file cannot be written.
    """
    read: list[SealedFile] = []
    parted: list[SealedFile] = []
    lost: list[SealedFile] = []
    for one in found:
        ends = [
            known_through(one.later, one.sound, each)
            for each in sources
            if each.device.device_id == one.device_id and each is not one.sound
        ]
        known = max([one.acked if one.epoch == epoch else 0, *ends])
        runs = [run for run in one.later if run.last > known]
        for run in runs:
            try:
                assert one.sound is not None, "facts that were read are of a known device"
                read.append(_seal(one.sound, run, "damaged", store, office, sealing_key, now_ms))
            except HallError as error:
                lost += _named(one, [(run.first, run.last)], known, store, NOT_SEALED, mark, why=error.message)
        lost += _named(one, one.lost, known, store, NOT_READ, mark)
    for branch in branches:
        device, head = branch.found.device, branch.found.head.seq
        acked = device.acked_through if device.server_epoch == epoch else 0
        if head <= acked:
            continue
        try:
            run = branch.run(acked)
            parted.append(_seal(branch.found, run, "fork", store, office, sealing_key, now_ms))
        except HallError as error:
            first = max(branch.first, acked + 1)
            words = BRANCH_NOT_SEALED.format(code=device.incarnation, first=first, last=head, why=error.message)
            folder = folder_of(store)
            lost.append(
                keep_lost(folder, device.incarnation, device.device_id, first, head, words, branch.found.head.hash)
            )
    lost += [*_keyless(sources, store, epoch), *_nowhere(found, kept, mark, store, epoch)]
    return PutBy(tuple(read), tuple(parted), tuple(lost))


def _keyless(sources: Sequence[Examined], store: Path, epoch: str) -> list[SealedFile]:
    found = []
    for each in sources:
        device, head = each.device, each.head.seq
        first = (device.acked_through if device.server_epoch == epoch else 0) + 1
        if first <= head and not has_key(each.path, device):
            words = NO_KEY.format(code=device.incarnation, first=first, last=head, why=key_file(each.path))
            folder = folder_of(store)
            found.append(keep_lost(folder, device.incarnation, device.device_id, first, head, words, each.head.hash))
    return found


def _nowhere(
    found: Sequence[Salvaged], kept: Sequence[Examined], mark: Mark | None, store: Path, epoch: str
) -> list[SealedFile]:
    """What was written once, as the witness saw it, and is in no file: the journal was set back or is gone."""
    if mark is None or any((one.device_id, one.incarnation) == (mark.device_id, mark.incarnation) for one in found):
        return []  # Of a damaged one it was looked at already.
    mine = [each for each in kept if each.device.device_id == mark.device_id]
    if any(hash_at(each, mark.seq) == mark.hash for each in mine):
        return []
    # As far as one may be its beginning; of those that went on otherwise nobody knows from where on.
    ends = [each.head.seq for each in mine if each.head.seq < mark.seq]
    ends += [each.device.acked_through for each in mine if each.device.server_epoch == epoch]
    first = max((end for end in ends if end <= mark.seq), default=0) + 1
    if first > mark.seq:
        return []
    words = NOT_HERE.format(code=mark.incarnation, first=first, last=mark.seq)
    return [keep_lost(folder_of(store), mark.incarnation, mark.device_id, first, mark.seq, words, mark.hash)]


def _seal(
    found: Examined,
    run: Run,
    reason: str,
    store: Path,
    office: str,
    sealing_key: bytes,
    now_ms: int,
) -> SealedFile:
    device = found.device
    content = SealedFacts(
        office=office,
        device=device.device_id,
        incarnation=device.incarnation,
        first_seq=run.first,
        start=run.start,
        events=[],
        reason=reason,
        sealed_ms=now_ms,
    )
    recipient, key, facts = sealing_key or device.sealing_key, load_key(found.path), run.facts
    return seal(
        content, lambda: [as_wire(each) for each in facts], run.last, facts[-1].hash, key, recipient, folder_of(store)
    )


def _named(
    one: Salvaged,
    numbers: Iterable[tuple[int, int]],
    known: int,
    store: Path,
    words: str,
    mark: Mark | None,
    why: str = "",
) -> list[SealedFile]:
    left = ((max(first, known + 1), last) for first, last in numbers if last > known)
    return [
        keep_lost(
            folder_of(store), one.incarnation, one.device_id, first, last,
            words.format(code=one.incarnation, first=first, last=last, why=why),
            _hash_of(one, last, mark),
        )
        for first, last in left
    ]  # fmt: skip


def _hash_of(one: Salvaged, seq: int, mark: Mark | None) -> bytes:
    """The hash of a fact of a damaged journal, also of one that cannot be read; empty where nothing tells it."""
    for run in one.later:
        if run.last == seq:
            return run.facts[-1].hash
        if run.first == seq + 1:
            return run.start
    if mark is None or (mark.device_id, mark.incarnation, mark.seq) != (one.device_id, one.incarnation, seq):
        return b""
    return mark.hash
