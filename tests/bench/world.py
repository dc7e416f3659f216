"""A hall of true size: 5,000 matters as files, 100,000 cases in the journal, made once and kept between runs."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from msgspec import structs

from clerk_tui.clock import SystemClock
from clerk_tui.config import Config, load_config
from clerk_tui.services.workspace import Workspace, open_workspace
from clerk_tui.store.catalogue import read_folder
from clerk_tui.store.journal import Entry, Journal, open_journal
from hall import facts as f
from hall.catalogue.load import load_catalogue
from hall.check_digits import resident_check_char
from hall.ids import uuid7
from hall.reference import make_reference
from hall.shifts import DayClosed, Figures
from tests.builders import received
from tests.factories import catalogue_files, make_catalogue, write_catalogue

ROOT = Path(__file__).resolve().parents[2]
BATCH = 2_000
START_MS = 1_780_000_000_000
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华文玉兰建国红志新春梅海燕雪峰宁晓东宇轩子涵"


@dataclass(frozen=True)
class World:
    """A hall on disk and how a process is started in it."""

    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / "clerk.db"

    @property
    def config_file(self) -> Path:
        return self.folder / "config.toml"

    @property
    def env(self) -> dict[str, str]:
        """Its own data, state and configuration; the cache with the fonts and compiled catalogues is shared."""
        homes = {f"XDG_{name}_HOME": str(self.folder / name.lower()) for name in ("DATA", "STATE", "CONFIG")}
        return {**homes, "CLERK_CONFIG": str(self.config_file), "PYTHONPATH": str(ROOT)}

    def config(self) -> Config:
        """Its settings."""
        return load_config(self.config_file)

    def open(self) -> Workspace:
        """Its workspace, in this process."""
        config = self.config()
        return open_workspace(config, SystemClock(config.timezone))

    def counter(self) -> list[str]:
        """The command that opens the counter."""
        return [sys.executable, "-m", "clerk_tui", "run"]


def shelf() -> Path:
    """Where worlds are kept between runs; a change of the code that writes them makes them anew."""
    import clerk_tui.store
    import hall

    digest = hashlib.sha256()
    for package in (clerk_tui.store, hall):
        for path in sorted(Path(str(package.__file__)).parent.glob("*.py")):
            digest.update(path.read_bytes())
    digest.update(Path(__file__).read_bytes())
    return _house() / digest.hexdigest()[:12]


def make_world(cases: int, matters: int, *, centre: str = "", name: str = "") -> World:
    """A world with so many cases and matters, taken from the shelf where it stands there already."""
    catalogue = _catalogue(matters)
    kept = shelf() / f"cases-{cases}.db"
    if not kept.exists():
        _fill(kept, cases)
    folder = Path(tempfile.mkdtemp(prefix="clerk-bench-run-"))
    for part in kept.parent.glob(f"{kept.name}*"):
        shutil.copy(part, folder / part.name.replace(kept.name, "clerk.db"))
    write_config(folder, catalogue, centre=centre)
    return World(folder)


def write_config(folder: Path, catalogue: Path, *, centre: str = "") -> None:
    """The settings of a world."""
    (folder / "config.toml").write_text(
        f"""[catalogue]
path = "{catalogue}"
[store]
path = "clerk.db"
witness = "witness"
[print]
target = "dir:papers"
[centre]
enabled = {str(bool(centre)).lower()}
url = "{centre or "http://127.0.0.1:9"}"
token_file = "token"
""",
        encoding="utf-8",
    )


def _catalogue(matters: int) -> Path:
    """The sample hall's own matters, and generated ones beside them up to the number."""
    files = read_folder(ROOT / "catalogue")
    made = sorted(files.items()), Path(__file__).read_bytes()
    digest = hashlib.sha256(repr(made).encode()).hexdigest()[:12]
    folder = _house() / f"catalogue-{matters}-{digest}"
    if not (folder / "catalogue.toml").exists():
        own = load_catalogue(files)
        more = make_catalogue(matters - len(own.matters))
        first, *others = own.hall.businesses
        first = structs.replace(first, departments=first.departments + tuple(each.key for each in more.departments))
        whole = structs.replace(
            own,
            hall=structs.replace(own.hall, businesses=(first, *others)),
            departments=own.departments + more.departments,
            matters=own.matters + more.matters,
        )
        part = folder.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        write_catalogue(part, catalogue_files(whole))
        part.rename(folder)
    return folder


def _house() -> Path:
    return Path(tempfile.gettempdir()) / f"clerk-bench-{os.getuid()}"


def _fill(path: Path, cases: int) -> None:
    """Write the cases through the journal, many in a transaction."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.glob(f"{path.name}*"):
        old.unlink()
    part = path.with_name(f"part-{path.name}")
    for old in path.parent.glob(f"{part.name}*"):
        old.unlink()
    journal = open_journal(part, device_code="A1", clock=SystemClock(Config().timezone))
    for first in range(0, cases, BATCH):
        with journal.write() as connection:
            entries = [entry for number in range(first, min(first + BATCH, cases)) for entry in case(journal, number)]
            journal.append(connection, entries)
    with journal.write() as connection:
        journal.append(connection, [closed(journal, cases)])
        connection.execute("INSERT INTO counter (name, value) VALUES ('reference', ?)", (cases,))
    journal.close()
    for each in sorted(part.parent.glob(f"{part.name}*"), reverse=True):
        each.rename(path.with_name(each.name.replace(part.name, path.name)))


def case(journal: Journal, number: int) -> Iterator[Entry]:
    """The facts of one accepted case: received, accepted, its paper."""
    case_id = uuid7(START_MS + number, number.to_bytes(10, "big"))
    day = _day(number)
    reference = make_reference("SL01", journal.incarnation, number + 1)
    bodies: tuple[f.FactBody, ...] = (
        structs.replace(_RECEIVED, reference=reference, received=day, clock_from=day),
        f.CaseAccepted(accepted=day, due=f.Due(), article="行政许可法第三十二条第一款第五项"),
        f.PaperIssued(
            paper_id=f"{case_id}-p", kind="acceptance", number=f"{reference}/L1", day=day, copies=2, window="3",
            clerk="周敏",
        ),
    )  # fmt: skip
    for place, body in enumerate(bodies):
        yield Entry(
            event_id=f"{case_id}-{place}",
            subject=case_id,
            body=body,
            actor="0001",
            day=day,
            personal=person(number) if place == 0 else None,
        )


def closed(journal: Journal, cases: int) -> Entry:
    """The close of the last day, so that the counter opens as it does every morning."""
    head = journal.head
    day = _day(cases - 1)
    return Entry(
        event_id="closed",
        subject="A1",
        body=DayClosed(
            day=day, closed_on=day, nth=1, hall="示例市政务服务中心", office="SL01", window="3", device="A1",
            figures=Figures(first_seq=1, last_seq=head.seq, first_ms=START_MS, last_ms=START_MS + cases),
            clerk="0001", began="09:00", ended="17:00", head=head.hash.hex(), paper_id="closed-p", number="SL01-A1/G1",
        ),
        actor="0001",
        day=day,
    )  # fmt: skip


def _day(number: int) -> dt.date:
    return dt.date(2026, 1, 5) + dt.timedelta(days=number // 400)


def person(number: int) -> f.Personal:
    """A fictional citizen; region 99 does not exist."""
    name = _SURNAMES[number % 40] + _GIVEN[number // 40 % 42] + _GIVEN[number // 1680 % 42]
    body = f"9901{number // 999 % 90 + 10:02}19{number % 80 + 20:02}0{number % 9 + 1}1{number % 9}{number % 999:03}"
    return f.Personal(
        applicant=f.Applicant(
            kind="citizen",
            name=name,
            id_type="resident_id",
            id_number=body + resident_check_char(body),
            phone=f"19000{number % 1_000_000:06}",
        )
    )


_RECEIVED = received()
