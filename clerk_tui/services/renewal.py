"""Beginning anew: a journal that was set back, damaged or restored goes into the archive, and the workstation goes on
with a new identity, a new code and its old cases (sync.md §8).

Nothing is discarded: the old files are kept read-only, what the centre has not proven to hold is sent under the old
incarnation or sealed, and until the centre tells the cases they are shown from the archive.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Final

from msgspec import Struct

from clerk_tui.clock import Clock
from clerk_tui.services.rescuing import key_of, put_by
from clerk_tui.store import attachments, clerks, old_papers, scans, shared
from clerk_tui.store.archives import (
    FOLDER,
    archives,
    archives_at,
    cases_of,
    clear_log,
    inherited,
    put_away,
    register,
    take_in_log,
)
from clerk_tui.store.backup import Examined, copy, copy_file, examine
from clerk_tui.store.connection import Database, open_reader, translated
from clerk_tui.store.device import Device, has_key, insert_device, key_file, make_key
from clerk_tui.store.forks import Branch, longest
from clerk_tui.store.migrations import migrate
from clerk_tui.store.salvage import Salvaged, salvage
from clerk_tui.store.sealed_files import SealedFile
from clerk_tui.store.witness import Mark, Witness
from clerk_tui.sync.token import write_token
from hall import ids
from hall.case import Case
from hall.chain import genesis
from hall.errors import HallError, StoreError
from hall.wire_clerks import ClerksReply


class Enrolled(Struct, frozen=True, kw_only=True):
    """What a new identity got: its code, and, from a centre, the centre's keys, epoch, the token and who may sign in
    (``None``: it did not say)."""

    incarnation: str
    server_key: bytes = b""
    epoch: str = ""
    sealing_key: bytes = b""
    token: str = ""
    clerks: ClerksReply | None = None


Enrol = Callable[[str, bytes], Enrolled]
"""Makes a device known by its identity and public key."""
SIDE_FILES: Final = ("-wal", "-shm", ".lock", ".open")


class Renewal(Struct, frozen=True, kw_only=True):
    """What was done: the new code, the files in the archive, how many cases were taken over, and how many facts and
    ``scans`` the centre has not proven to hold. The ``sealed`` facts are those of a damaged journal that could be read
    behind a bad one, and those that are ``parted``: of a whole one that parted from the journal that is sent. The
    ``lost`` could not be read, and the centre has not proven to hold them."""

    incarnation: str
    archived: tuple[Path, ...]
    cases: int
    unproven: int
    scans: int = 0
    sealed: tuple[SealedFile, ...] = ()
    parted: tuple[SealedFile, ...] = ()
    lost: tuple[SealedFile, ...] = ()


class _Old(Struct, frozen=True, kw_only=True):
    """What is there of before: of each device the journal that counts and is not known to another one yet, those that
    parted from it, what was read of damaged ones; and every whole journal there is."""

    sources: list[Examined]
    branches: list[Branch]
    damaged: list[Salvaged]
    kept: list[Examined]


def renew(
    store: Path,
    token: Path,
    witness: Path,
    code: str,
    clock: Clock,
    enrol: Enrol,
    backup: Path | None = None,
    office: str = "",
    *,
    without_key: bool = False,
) -> Renewal:
    """Archive what stands at ``store`` and begin a new journal there for the device ``code``, with the cases of the old
    one and of ``backup``. Of a damaged one everything is taken that can be read; ``office`` is the hall that its sealed
    facts are of. ``without_key``: of one whose key is gone, what the centre lacks is named as lost.

    Raises:
        HallError: ``counter_open``, a program has the journal open; ``key_missing``; or ``enrol`` fails. Nothing was
            changed.
        StoreError: the backup is not whole, or files cannot be written.
    """
    found = examine(backup) if backup is not None else None
    with _nobody_else(store):
        keys = _ready(store, found, without_key=without_key)
        new = store.with_name(store.name + ".new")
        _clear(new)
        device_id = ids.uuid7(clock.now_ms(), os.urandom(10))
        public_key = make_key(key_file(new))
        got = enrol(device_id, public_key)
        device = Device(
            device_id=device_id,
            code=code,
            incarnation=got.incarnation,
            public_key=public_key,
            server_key=got.server_key,
            server_epoch=got.epoch,
            sealing_key=got.sealing_key,
        )
        mark = _mark(witness)
        old = _old(store, token, found, mark, keys)
        sources, damaged = old.sources, old.damaged
        done = put_by(
            damaged, sources, old.branches, old.kept, mark, store, office, got.epoch, got.sealing_key, clock.now_ms()
        )
        cases, unsent = _make(new, device, old, done.lost, clock, store, backup, got.clerks)
        key_file(new).replace(key_file(store))
        if got.token:
            write_token(token, got.token)
        else:
            token.unlink(missing_ok=True)
        clear_log(store)
        new.replace(store)
        _clear(new)
        _attest(witness, device)
        for read in (*(each.path for each in damaged), *(each.found.path for each in old.branches)):
            _is_read(read).touch()
    unproven = sum(
        max(0, each.head.seq - each.device.acked_through) for each in sources if has_key(each.path, each.device)
    )
    return Renewal(
        incarnation=got.incarnation,
        archived=tuple(each.path for each in sources),
        cases=cases,
        unproven=unproven,
        scans=unsent,
        sealed=done.read + done.parted,
        parted=done.parted,
        lost=done.lost,
    )


@contextmanager
def _nobody_else(store: Path) -> Iterator[None]:
    """Keep every program out that would open the journal, and find out whether one has it open."""
    store.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(store.with_name(store.name + ".open"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise HallError(
            "counter_open", "窗口工作站（或另一个 clerk 命令）还开着这个账本", hint="全部退出后再运行"
        ) from None
    try:
        yield
    finally:
        os.close(handle)


def _ready(store: Path, backup: Examined | None, *, without_key: bool) -> dict[Path, Path]:
    """Find out whether all that is to be put away can be kept, before it is: the keys of the journals here.

    Raises:
        HallError: ``counter_open``, ``key_missing``: somebody has to do something first.
    """
    if store.exists():
        take_in_log(store)
    keys: dict[Path, Path] = {}
    paths = [*([store] if store.exists() else []), *([backup.path] if backup is not None else [])]
    folders = dict.fromkeys((store.parent, store.with_name(FOLDER), *(path.parent for path in paths)))
    for path in paths:
        try:
            key = key_of(path, folders)
        except HallError:
            if not without_key:
                raise
            continue
        if key is not None:
            keys[path] = key
    return keys


def _old(store: Path, token: Path, backup: Examined | None, mark: Mark | None, keys: dict[Path, Path]) -> _Old:
    """What the cases are taken from: the journal that stands here, in the archive now, the backup, and what is in the
    archive already and the journal does not know of, because it was lost, set back or damaged, or an attempt before
    ended half-way. Of those that fail their check what can be read of them."""
    found: list[Examined] = []
    damaged: list[Salvaged] = []

    def take(path: Path) -> None:
        try:
            found.append(examine(path))
        except HallError:
            if (read := salvage(path, mark)) is not None:
                damaged.append(read)
                if read.sound is not None:
                    found.append(read.sound)

    if store.exists():
        take(put_away(store, token, keys.get(store)))
    told = {each.path for each in found} | {read.path for read in damaged}
    names = {path.name for path in told}
    for each in found:
        names |= {path.name for path in _known_to(each)}
    for path in sorted(store.with_name(FOLDER).glob("*.db")):
        if path.name not in names and not _is_read(path).exists():
            take(path)
    if backup is not None:
        found.append(_kept_backup(store, backup, keys.get(backup.path)))
    known = _known(found)
    # Of two of one length the one that is known is sent already.
    sources, branches = longest([*known, *found])
    return _Old(
        sources=[each for each in sources if each not in known],
        branches=branches,
        damaged=damaged,
        kept=[*found, *known],
    )


def _known(found: Sequence[Examined]) -> list[Examined]:
    """The whole journals among the archives that those found know of, where one found is of the same device."""
    devices = {each.device.device_id for each in found}
    paths = dict.fromkeys(path for each in found for path in _known_to(each, devices))
    known: list[Examined] = []
    for path in paths:
        with suppress(HallError):
            if all(each.path != path for each in found):
                known.append(examine(path))
    return known


def _known_to(found: Examined, devices: Container[str] | None = None) -> list[Path]:
    """The archives that a journal knows of, or those of them of some devices."""
    with suppress(HallError):
        return [each.path for each in archives_at(found.path) if devices is None or each.device_id in devices]
    return []


def _is_read(path: Path) -> Path:
    """What tells that a damaged journal in the archive, or one that parted from what is sent, was read, and what was
    found sealed or named."""
    return path.with_name(path.name + ".read")


def _mark(witness: Path) -> Mark | None:
    with suppress(HallError):
        return Witness(witness).read()
    return None


def _kept_backup(store: Path, backup: Examined, key: Path | None) -> Examined:
    """The backup among the archives: whoever restored it may take the medium away."""
    device = backup.device
    name = f"{device.incarnation}-{device.device_id[-8:]}-{backup.head.seq}-backup"
    places = (store.with_name(FOLDER) / f"{name}{f'-{number}' if number else ''}.db" for number in count())
    for target in places:
        if not target.exists():
            done = copy(backup.path, target)
            break
        with suppress(HallError):
            if (done := examine(target)).head == backup.head:
                break
    copy_file(key or key_file(backup.path), key_file(target))
    return done


def _make(
    new: Path,
    device: Device,
    old: _Old,
    lost: Sequence[SealedFile],
    clock: Clock,
    store: Path,
    backup: Path | None,
    told: ClerksReply | None,
) -> tuple[int, int]:
    """The new journal with what is taken over; how many cases, and how many scans are still to be sent. ``told`` is who
    may sign in; if the centre did not say, it is asked for as before."""
    database = Database(new)
    try:
        with database.locked(), translated(new):
            migrate(database.writer)
        with database.write() as db:
            insert_device(db, device)
            now = clock.now_ms()
            branches = [branch.found for branch in old.branches]
            for each in (*old.sources, *branches):
                if each not in branches:
                    name = (each.device.incarnation, each.device.device_id[-8:])
                    asks = any((one.incarnation, one.device_end) == name for one in lost)
                    sendable = has_key(each.path, each.device)
                    register(db, each, now, device.server_epoch, sendable=sendable, asks=asks)
                with closing(open_reader(each.path)) as older:
                    inherited(db, older, device.server_epoch)
                    old_papers.take_over(db, older, each.path)
                    if told is None:
                        clerks.carry(db, older)
                proven = each.device.server_epoch == device.server_epoch
                scans.take_over(db, each.path, store, proven=proven, backup=backup)
            scans.take_up(db, store, now)
        if told is not None:
            clerks.keep_list(database, told, now)
        carried = 0
        for each in (*old.sources, *branches):
            carried += _carry_over(database, cases_of(each.path), clock)
        for read in old.damaged:
            carried += _carry_over(database, read.cases(), clock)
        with translated(new):
            assert len(archives(database.writer)) >= len({each.device.device_id for each in old.sources})
            return carried, attachments.waiting(database.writer).count
    finally:
        database.close()


def _carry_over(database: Database, found: Iterable[Case], clock: Clock) -> int:
    carried = 0
    with database.write() as db:
        for case in found:
            carried += shared.carry_over(db, case, clock.now_ms())
    return carried


def _attest(path: Path, device: Device) -> None:
    """The witness swears to the new journal from now on."""
    witness = Witness(path)
    start = genesis(device.device_id, device.incarnation, device.public_key)
    witness.write(device.device_id, device.incarnation, 0, start, 0)
    witness.close()
    if witness.trouble:
        raise StoreError(
            "witness_unreadable", f"防回滚见证文件写不进去：{witness.trouble}（{path}）", field="store.witness",
            hint="检查磁盘和权限；写好之前不要收件",
        )  # fmt: skip


def _clear(new: Path) -> None:
    """Remove what lies beside a new journal that has come to its place, or what an attempt that did not come to its end
    left."""
    for part in (new, key_file(new), *(new.with_name(new.name + end) for end in SIDE_FILES)):
        part.unlink(missing_ok=True)
