"""What a centre sets for a workstation: ``config.toml``, strict and explained where it is wrong.

The file is looked for as ``--config``, ``$CLERK_CONFIG``, ``./config.toml``, then ``clerk/config.toml`` under the XDG
configuration directory; without any, the defaults below hold. A path in it is relative to the file. What each key
means is said in the ``config.toml`` that comes with the product.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from clerk_tui import paths
from hall.reference import OFFICE

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

Text = Annotated[str, Meta(min_length=1, max_length=120)]
Days = Annotated[int, Meta(ge=1, le=366)]
Megabytes = Annotated[int, Meta(ge=0, le=1_000_000)]
_PORT = r"(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])"
PRINT_TARGET = (
    r"^(?:dir:[^\x00-\x1f\x7f]*"
    r"|cups:[A-Za-z0-9_][A-Za-z0-9_.-]{0,126}"
    r"|station:[A-Za-z0-9_-]{0,20}"
    rf"|tcp://(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{{0,250}}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{{2,45}}\]):{_PORT})\Z"
)
"""What names a place that papers go to: a folder, a queue of CUPS, a ticket printer on the network, a print station."""
PRINTER = r"^(?:dir:.*|cups:.*)\Z"
"""What a print station prints on: papers that windows send it are made for A4."""
SHIPPED_CATALOGUE = "catalogue"
PrintTarget = Annotated[str, Meta(pattern=PRINT_TARGET)]


class HallSection(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which window this is; ``office`` is the first part of every reference number.

    Name, address and telephones of the hall belong to the catalogue, which all its windows share.
    """

    office: Annotated[str, Meta(pattern=rf"^{OFFICE}$")] = "SL01"
    window: Annotated[str, Meta(min_length=1, max_length=12)] = "3"
    timezone: Text = "Asia/Shanghai"


class DeviceSection(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The workstation: ``code`` is the second part of every reference number and is never given to another device."""

    code: Annotated[str, Meta(pattern=r"^[A-Z][A-Z0-9]{0,3}$")] = "A1"


class ClerkSection(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who sits at the counter while the centre has told no clerks; written into every fact and onto every paper."""

    id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,20}$")] = "0001"
    name: Text = "周敏"
    roles: tuple[Literal["clerk", "reviewer", "supervisor"], ...] = ("clerk", "reviewer", "supervisor")


class CatalogueSection(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the matters lie; a file that does not say it means the folder beside it, else the one shipped."""

    path: Text = SHIPPED_CATALOGUE


class CalendarSection(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Further years of holidays and make-up workdays, beside those that the product knows."""

    files: tuple[Text, ...] = ()


class StoreSection(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The journal's database file; empty: in the XDG data directory. ``witness`` is the file that notices an older copy
    put back in its place; empty: in the XDG state directory. The journal is read from end to end once a day, and backed
    up into ``backup_dir`` if that is set. Of ``ballast_mb`` the disk is relieved when it is full;
    with less than ``warn_free_mb`` free the counter warns, with less than ``stop_free_mb`` it begins no new case."""

    path: str = ""
    witness: str = ""
    backup_dir: str = ""
    ballast_mb: Megabytes = 20
    warn_free_mb: Megabytes = 1024
    stop_free_mb: Megabytes = 200


class CentreSection(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where facts are sent; ``token_file`` holds the device's token and nothing else. ``first_wait_s`` is
    the most that the first try after an outage waits."""

    enabled: bool = True
    url: Annotated[str, Meta(pattern=r"^https?://[^\s/?#]+")] = "http://127.0.0.1:8765"
    token_file: str = ""
    first_wait_s: Annotated[int, Meta(ge=0, le=3600)] = 120


class QueueSection(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Whether this window calls numbers, where the hall has a queue, and which of the catalogue's businesses it serves
    (their keys; empty: all of them)."""

    enabled: bool = True
    businesses: tuple[Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")], ...] = ()


class PrintSection(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where papers go: ``dir:`` and a folder (empty for the XDG data directory), ``cups:`` and a queue,
    ``tcp://host:port`` for an 80 mm ticket printer, ``station:`` and a name (or none: any) for a print station through
    the centre; ``by_kind`` for one kind of paper, ``others`` to turn to in need.
    ``texts`` is a folder with the centre's own wording of papers.
    """

    target: PrintTarget = "dir:"
    by_kind: dict[str, PrintTarget] = {}
    others: tuple[PrintTarget, ...] = ()
    texts: str = ""


class StationSection(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The ticket machine. ``priority`` are the reasons for which people are called sooner, in the order of its screen;
    of each business ``block`` numbers are kept beforehand for when the network is gone. The number given stays on the
    screen for ``shown_s`` seconds; ``card``: it also asks for an identity card."""

    priority: Annotated[tuple[Text, ...], Meta(max_length=9)] = (
        "老年人", "孕妇", "残疾人", "军人", "退役军人", "消防员", "烈属", "重病患者",
    )  # fmt: skip
    block: Annotated[int, Meta(ge=10, le=500)] = 50
    shown_s: Annotated[int, Meta(ge=2, le=60)] = 8
    card: bool = True


class PrintStationSection(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """This machine as the hall's print station (``clerk station --print``): its ``name``, the ``printer`` it prints on
    (``cups:`` or ``dir:``), and a ``folder`` that the windows see too, for when there is no network (empty: none)."""

    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{0,20}\Z")] = ""
    printer: Annotated[str, Meta(pattern=PRINTER)] = "dir:"
    folder: str = ""


class RulesSection(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What local rules leave open.

    The Act (行政许可法) sets no limit for the applicant to supplement: ``respond_days`` must be printed on the notice,
    and so must what follows (``respond_overdue``). What follows a broken promise (容缺) is each matter's own.
    """

    weekend_receipt: Literal["next_workday", "same_day"] = "next_workday"
    respond_days: Days = 30
    respond_unit: Literal["working_day", "calendar_day"] = "working_day"
    respond_overdue: Literal["withdrawn", "returned"] = "withdrawn"


class ScreenSection(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the screen looks and which terminal protocol it speaks. ``lock_after_min`` minutes without a key the screen
    locks itself, where clerks sign in; 0 means never."""

    theme: Literal["light", "dark", "contrast"] = "light"
    language: Literal["zh", "en", "auto"] = "zh"
    disable_kitty_key: bool = True
    lock_after_min: Annotated[int, Meta(ge=0, le=480)] = 10


class AlarmSection(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the silent emergency key does beside the record: a program with its arguments, run without a shell."""

    command: tuple[Text, ...] = ()


class DisplaySection(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The display over the windows and the board: from how many minutes of waiting a light is yellow and red, and what
    speaks the calls: ``auto`` is espeak-ng where it is installed, or ``speak``, a command and its words, of which
    ``{text}`` stands for what is said."""

    yellow_min: Annotated[int, Meta(ge=1, le=600)] = 15
    red_min: Annotated[int, Meta(ge=1, le=600)] = 30
    voice: Literal["auto", "off"] = "auto"
    speak: tuple[Text, ...] = ()


class KioskSection(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Screens that stand in the hall: ``leave_code`` is the verifier of the code that leaves them, made by
    ``clerk board --new-code``; ``names`` are those by which browsers may ask for the served board, beside addresses."""

    leave_code: Annotated[str, Meta(pattern=r"^(?:\$argon2id\$[A-Za-z0-9+/=,$.-]{20,200})?\Z")] = ""
    names: tuple[Annotated[str, Meta(pattern=r"^[A-Za-z0-9.-]{1,253}\Z")], ...] = ()


class LogSection(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The log in the XDG state directory; it never holds personal data."""

    level: Literal["debug", "info", "warning", "error"] = "info"


class Config(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One workstation's settings.

    ``source`` is the file they came from (``None``: defaults) and ``base`` the directory that its relative paths start
    at; ``training``: this is a sandbox, whose papers say so. None of them is a key of the file.
    """

    hall: HallSection = HallSection()
    device: DeviceSection = DeviceSection()
    clerk: ClerkSection = ClerkSection()
    catalogue: CatalogueSection = CatalogueSection()
    calendar: CalendarSection = CalendarSection()
    store: StoreSection = StoreSection()
    centre: CentreSection = CentreSection()
    queue: QueueSection = QueueSection()
    print: PrintSection = PrintSection()
    print_station: PrintStationSection = PrintStationSection()
    station: StationSection = StationSection()
    rules: RulesSection = RulesSection()
    screen: ScreenSection = ScreenSection()
    alarm: AlarmSection = AlarmSection()
    display: DisplaySection = DisplaySection()
    kiosk: KioskSection = KioskSection()
    log: LogSection = LogSection()
    source: Path | None = None
    training: bool = False
    base: Path = paths.PROJECT_ROOT

    def _path(self, text: str) -> Path:
        return self.base / Path(text).expanduser()

    @property
    def timezone(self) -> ZoneInfo:
        """The hall's time zone: what "today" means for a receipt."""
        from zoneinfo import ZoneInfo

        return ZoneInfo(self.hall.timezone)

    @property
    def catalogue_dir(self) -> Path:
        """The directory of the catalogue: the default is the shipped one where none lies beside the file."""
        beside = self._path(self.catalogue.path)
        if self.catalogue.path == SHIPPED_CATALOGUE and not beside.exists():
            return paths.PROJECT_ROOT / SHIPPED_CATALOGUE
        return beside

    @property
    def calendar_files(self) -> tuple[Path, ...]:
        """Calendar files beside the catalogue's own."""
        return tuple(self._path(name) for name in self.calendar.files)

    @property
    def store_file(self) -> Path:
        """The journal's database."""
        return self._path(self.store.path) if self.store.path else paths.data_dir() / "clerk.db"

    @property
    def backup_dir(self) -> Path | None:
        """Where the daily backup goes, if it does."""
        return self._path(self.store.backup_dir) if self.store.backup_dir else None

    @property
    def witness_file(self) -> Path:
        """The rollback witness of the journal: one for each place a database may lie at."""
        if self.store.witness:
            return self._path(self.store.witness)
        from hashlib import sha256

        place = sha256(str(self.store_file.resolve()).encode()).hexdigest()[:16]
        return paths.state_dir() / "witness" / place

    @property
    def token_file(self) -> Path | None:
        """The file with the device's token for the centre, if one is set."""
        return self._path(self.centre.token_file) if self.centre.token_file else None

    @property
    def texts_dir(self) -> Path | None:
        """The folder with the centre's own wording of papers, if one is set."""
        return self._path(self.print.texts) if self.print.texts else None

    def print_target(self, kind: str = "") -> str:
        """Where papers of this kind go."""
        return self.print.by_kind.get(kind, self.print.target)

    def print_folder(self, target: str) -> Path:
        """The folder that a target ``dir:…`` means."""
        folder = target.removeprefix("dir:")
        return self._path(folder) if folder else paths.data_dir() / "papers"


def load_config(path: Path | None = None) -> Config:
    """The settings from ``path``, or from the first place of the module's list that has a file.

    Raises ``hall.errors.HallError`` (``bad_config``) that names the file, the key, and what would be right.
    """
    from clerk_tui.config_file import find, read_sections

    source = find(path)
    if source is None:
        return Config()
    return msgspec.structs.replace(read_sections(source), source=source, base=source.resolve().parent)
