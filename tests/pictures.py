"""The pictures of README and handbook, made from the real screens and papers: ``make pictures``.

A whole morning is served at the keyboard on the sample catalogue, with a clock that stands on a Monday and people who
do not exist; each shot is the screen at that moment. Needs a headless ``chromium`` and a Chinese monospace font
(Debian: ``chromium fonts-noto-cjk``); without them nothing is changed and it says so.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal

import pypdfium2
from msgspec import structs
from PIL import Image

from clerk_tui.app import make_app
from clerk_tui.config import CatalogueSection, Config, PrintSection, ScreenSection, StoreSection
from clerk_tui.screens.intake_items import value_of
from clerk_tui.screens.training import TrainingApp
from clerk_tui.services import cases, next_steps, outbox, papers
from clerk_tui.services.training import Exercise
from clerk_tui.services.training import load as load_exercises
from clerk_tui.services.workspace import Workspace, open_workspace
from tests.clerk_tui.conftest import FixedClock
from tests.clerk_tui.screens.conftest import Clerk
from tests.clerk_tui.screens.kiosk_rig import Visitor
from tests.clerk_tui.screens.picture import CELL, LINE, picture
from tests.pictures_hall import board_and_display, ticket_machine

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "pictures"
WIDE, NARROW = (120, 36), (80, 24)
COLOURS = 64
Theme = Literal["light", "dark", "contrast"]
PHONE = "13800001234"


class Camera:
    """Takes pictures: a screen as HTML, photographed by a browser, in few colours so that the file stays small."""

    def __init__(self, browser: str, folder: Path) -> None:
        self.browser, self.folder = browser, folder
        self.rolls: list[tuple[Path, int, int]] = []
        self.taken: list[str] = []

    def shoot(self, who: Clerk | Visitor, name: str) -> None:
        """Keep the screen in front; it is developed later, so that the counter never waits for the browser."""
        page = self.folder / f"{name}.html"
        page.write_text(picture(who.app), encoding="utf-8")
        self.rolls.append((page, *who.app.size))

    def develop(self) -> None:
        """Every screen that was kept, as ``NAME.png``."""
        for page, columns, rows in self.rolls:
            raw = page.with_suffix(".png")
            command = [
                self.browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                f"--window-size={columns * CELL},{rows * LINE}", f"--screenshot={raw}", page.as_uri(),
            ]  # fmt: skip
            subprocess.run(command, check=True, capture_output=True, timeout=120)
            with Image.open(raw) as image:
                self.save(image, page.stem)

    def paper(self, path: Path, name: str) -> None:
        """The first page of a printed paper, as ``NAME.png``."""
        document = pypdfium2.PdfDocument(path)
        self.save(document[0].render(scale=1.35).to_pil(), name)
        document.close()

    def codes(self, path: Path, name: str) -> None:
        """The two codes at the foot of a printed paper, as ``NAME.png``."""
        scale = 2.2
        document = pypdfium2.PdfDocument(path)
        page = document[0]
        words = page.get_textpage()
        found = words.search("窗口用").get_next()
        assert found is not None, "the paper carries the case"
        below = page.get_height() - words.get_charbox(found[0])[1]
        whole = page.render(scale=scale).to_pil()
        self.save(whole.crop([int(part * scale) for part in (40, below - 100, 225, below + 26)]), name)
        document.close()

    def save(self, image: Image.Image, name: str) -> None:
        """Write a picture in few colours: a terminal has no more."""
        few = image.convert("RGB").quantize(COLOURS, Image.Quantize.MEDIANCUT, 2, dither=Image.Dither.NONE)
        few.save(OUT / f"{name}.png", optimize=True)
        self.taken.append(name)


class Day:
    """One workstation and its clerk. ``told`` is what the status line says of the centre."""

    def __init__(self, folder: Path, camera: Camera, size: tuple[int, int] = WIDE, theme: Theme = "light") -> None:
        self.config = Config(
            catalogue=CatalogueSection(path=str(ROOT / "catalogue")),
            store=StoreSection(path=str(folder / "clerk.db"), witness=str(folder / "witness")),
            print=PrintSection(target=f"dir:{folder / 'papers'}"),
            screen=ScreenSection(theme=theme),
        )
        self.camera, self.size = camera, size
        self.ws: Workspace = open_workspace(self.config, FixedClock(), cache_dir=folder / "cache")
        self.online = True
        self.exercises: tuple[Exercise, ...] = ()

    def status(self, ws: Workspace) -> outbox.SyncStatus:
        """A centre that has everything, or none at all: what is true of the journal otherwise."""
        contact = ws.clock.now_ms() - 20_000
        if self.online:
            return outbox.SyncStatus(
                pending=0, oldest_ms=None, last_contact_ms=contact, quarantined=0, online=True, enabled=True
            )
        return outbox.SyncStatus(
            pending=7, oldest_ms=contact - 110_000, last_contact_ms=contact - 1_100_000, quarantined=0, online=False,
            enabled=True,
        )  # fmt: skip

    async def serve(self, work: Callable[[Day], Awaitable[None]]) -> None:
        """Open the counter, do ``work``, close it."""
        app = make_app(self.config, lambda: self.ws, exercises=self.exercises)
        true_status, outbox.status = outbox.status, self.status
        try:
            async with app.run_test(size=self.size) as pilot:
                self.clerk = Clerk(app, pilot)
                await self.clerk.until(lambda: app.workspace is not None)
                await pilot.pause()
                await work(self)
        finally:
            outbox.status = true_status
            self.ws.close()

    def shoot(self, name: str) -> None:
        self.camera.shoot(self.clerk, name)

    async def printed(self) -> None:
        """Until every paper has left for the printer."""
        await self.clerk.app.workers.wait_for_complete()
        papers.deliver_pending(self.ws)
        await self.clerk.pilot.pause()

    def paper(self, kind: str, name: str) -> None:
        """A paper of the case whose result is on the screen."""
        folder = Path(self.config.print.target.removeprefix("dir:"))
        self.camera.paper(next(folder.rglob(f"{self.reference}-{kind}-1.pdf")), name)

    def codes(self, kind: str, name: str) -> None:
        """The codes on a paper of that case."""
        folder = Path(self.config.print.target.removeprefix("dir:"))
        self.camera.codes(next(folder.rglob(f"{self.reference}-{kind}-1.pdf")), name)

    @property
    def reference(self) -> str:
        reference: str = self.clerk.screen.result.reference
        return reference


Work = Callable[[Day], Awaitable[None]]


async def fill_in(clerk: Clerk, values: dict[str, str]) -> None:
    """Fill the form in, field after field, as far as ``values`` knows; a choice is picked by its digit.

    A text that is there already, taken over from an earlier case, is left as it is.
    """
    for _ in range(40):
        form = clerk.app.focused
        if form is None or form.id != "form" or form.current not in values:  # type: ignore[attr-defined]
            return
        key = form.current  # type: ignore[attr-defined]
        item = form.active  # type: ignore[attr-defined]
        if item.options or item.empty:
            await clerk.type(values[key])
        if not item.options:
            await clerk.press("enter")
            if item.empty:
                assert value_of(clerk.screen.draft, key) == values[key], "typed as a person types, once"


QUESTIONS = {"answers.in_city": "1", "answers.business": "1", "answers.vending": "2"}


def restaurant(number: str, name: str, shop: str, kind: str, street: str) -> dict[str, str]:
    """Somebody who wants to open a restaurant. ``kind`` is the digit of the kind of applicant."""
    return {
        **QUESTIONS,
        "applicant.kind": kind,
        "applicant.id_number": number,
        "applicant.name": name,
        "applicant.legal_person": "李四",
        "applicant.phone": PHONE,
        "fields.shop_name": shop,
        "fields.site_address": street,
        "fields.items": "热食类食品制售",
        "fields.area": "120",
        "fields.manager": "王小明",
    }


NOODLES = restaurant("92990100MA0000023M", "示例市李四面馆", "李四面馆", "2", "示例市幸福路20号")
GOOD_TASTE = restaurant("91990100MA0000015X", "示例市好味餐饮有限公司", "好味餐馆", "1", "示例市人民路1号")


async def open_matter(clerk: Clerk, letters: str) -> None:
    await clerk.press("f2")
    await clerk.type(letters)
    await clerk.press("enter")


async def first_case(day: Day) -> None:
    """Everything is there: accepted."""
    clerk = day.clerk
    day.shoot("home")
    await clerk.type("cyxk")
    day.shoot("search")
    await clerk.press("enter")
    await clerk.type("11")
    day.shoot("questions")
    await fill_in(clerk, GOOD_TASTE)
    day.shoot("filled")
    await clerk.press("1")
    day.shoot("materials")
    await clerk.type("a")
    day.shoot("accept")
    await clerk.press("f9")
    day.shoot("confirm")
    await clerk.press("enter")
    await day.printed()
    day.shoot("result")
    day.paper("acceptance", "paper-acceptance")


async def notice_and_supplement(day: Day) -> None:
    """Two gaps: a notice; then the person comes back."""
    clerk = day.clerk
    await open_matter(clerk, "cyxk")
    await fill_in(clerk, NOODLES)
    await clerk.press("3")
    day.shoot("problem")
    await clerk.press("1", "2", "1", "1")
    day.shoot("intake")
    await clerk.press("f9", "enter")
    await day.printed()
    reference = day.reference
    day.paper("notice", "paper-notice")
    day.codes("notice", "codes")
    await clerk.press("enter")
    await clerk.scan(reference)
    day.shoot("scanned")
    await clerk.press("enter")
    await clerk.press("1")
    day.shoot("supplement")
    await clerk.press("a", "f9", "enter")
    await day.printed()


async def promise(day: Day) -> None:
    """A secondary paper is promised until a day."""
    clerk = day.clerk
    await open_matter(clerk, "cyxk")
    await fill_in(clerk, QUESTIONS)
    await fill_in(clerk, {"applicant.kind": "1", "applicant.id_number": GOOD_TASTE["applicant.id_number"]})
    day.shoot("known")
    await clerk.press("f6")
    await fill_in(clerk, GOOD_TASTE)
    await clerk.press("f4", "1", "1", "5")
    day.shoot("promise")
    await clerk.press("enter", "a")
    day.shoot("tolerated")
    await clerk.press("f9", "enter")
    await day.printed()


async def refusal(day: Day) -> None:
    """Somebody who is at the wrong authority."""
    clerk = day.clerk
    await open_matter(clerk, "hkqy")
    await clerk.type("2")
    day.shoot("refuse")
    await clerk.press("f8")
    day.shoot("others")
    await clerk.press("escape", "f2", "2")


async def question(day: Day) -> None:
    """Somebody who only asks."""
    clerk = day.clerk
    await open_matter(clerk, "hkqy")
    await clerk.type("13")
    await clerk.press("f7")
    day.shoot("inquiry")
    await clerk.press("enter")
    await day.printed()
    day.paper("guide", "paper-guide")


async def next_step(day: Day) -> None:
    """What follows an acceptance: the list of steps, the form of one, the last look, and the case after it."""
    clerk = day.clerk
    await clerk.press("f8")
    day.shoot("steps")
    (row,) = cases.find(day.ws, "李四面馆")
    places = [offer.step.id for offer in next_steps.offers(day.ws, row.reference)]
    await clerk.press(str(places.index("grant") + 1))
    await clerk.pilot.pause()
    day.shoot("step-form")
    await clerk.press("f9")
    await clerk.pilot.pause()
    day.shoot("step-confirm")
    await clerk.press("enter")
    await day.printed()
    day.shoot("step-done")


async def looking_up(day: Day) -> None:
    """A case is looked up, decided, and a paper printed again; then the network is gone."""
    clerk = day.clerk
    await clerk.press("f2", "f5")
    await clerk.type("李四面馆")
    day.shoot("lookup")
    await clerk.press("enter")
    day.shoot("case")
    await next_step(day)
    await clerk.press("f10")
    day.shoot("reveal")
    await clerk.press("escape", "f2", "f1")
    day.shoot("help")
    await clerk.press("escape")
    day.online = False
    clerk.app._read_sync()
    clerk.app.show_standing()
    await clerk.press("f12")
    day.shoot("offline")


async def end_of_day(day: Day) -> None:
    """A pause, and the close of the day with a walk-in left open."""
    clerk = day.clerk
    day.online = True
    clerk.app._read_sync()
    await clerk.press("escape", "ctrl+p", "3")
    day.shoot("paused")
    clerk.at += 1.0  # an Enter right behind a digit would be the end of a scan
    await clerk.press("enter")
    await open_matter(clerk, "cyxk")
    await clerk.type("11")
    await clerk.press("ctrl+r")
    await clerk.until(lambda: bool(clerk.screen.left))
    day.shoot("closing")


async def learning(day: Day) -> None:
    """An exercise with one thing missed, and its result."""
    clerk = day.clerk
    await clerk.until(lambda: clerk.asks)
    await clerk.press("7")
    await clerk.until(lambda: clerk.asks and "王小明" in clerk.text)
    await clerk.press("enter")
    assert isinstance(clerk.app, TrainingApp) and clerk.app.begun is not None
    await clerk.scan(clerk.app.begun.reference)
    await clerk.press("enter", "f4", "a")
    day.shoot("training")
    await clerk.press("f9", "enter")
    await clerk.until(lambda: clerk.asks)
    day.shoot("training-result")


def trainee(folder: Path, camera: Camera) -> Day:
    """Somebody new, at a sandbox."""
    day = Day(folder, camera)
    day.config = structs.replace(day.config, training=True)
    day.exercises = load_exercises()
    return day


async def morning(day: Day) -> None:
    for part in (first_case, notice_and_supplement, promise, refusal, question, looking_up, end_of_day):
        await part(day)


async def other_looks(day: Day) -> None:
    """The same intake in another theme or on a small screen."""
    clerk = day.clerk
    await open_matter(clerk, "cyxk")
    await fill_in(clerk, NOODLES)
    await clerk.press("3", "1", "2", "1", "1")
    day.shoot(day.config.screen.theme if day.size == WIDE else "narrow")


LOOKS: tuple[tuple[tuple[int, int], Theme, Work], ...] = (
    (WIDE, "light", morning),
    (WIDE, "dark", other_looks),
    (WIDE, "contrast", other_looks),
    (NARROW, "light", other_looks),
)


def main() -> int:
    """Make all pictures; 1 when the machine has no browser for it."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        print("no headless browser: apt install chromium fonts-noto-cjk", file=sys.stderr)
        return 1
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        camera = Camera(browser, folder)
        for number, (size, theme, work) in enumerate(LOOKS):
            station = folder / str(number)
            station.mkdir()
            asyncio.run(Day(station, camera, size, theme).serve(work))
        station = folder / "training"
        station.mkdir()
        asyncio.run(trainee(station, camera).serve(learning))
        asyncio.run(board_and_display(camera.shoot, WIDE))
        station = folder / "machine"
        station.mkdir()
        machine = Day(station, camera)
        asyncio.run(ticket_machine(camera.shoot, machine.ws, WIDE))
        machine.ws.close()
        camera.develop()
    for old in OUT.glob("*.png"):
        if old.stem not in camera.taken:
            old.unlink()
    print(f"{len(camera.taken)} pictures")
    return 0


if __name__ == "__main__":
    sys.exit(main())
