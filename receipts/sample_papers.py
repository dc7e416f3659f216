"""A sample of any kind of paper as it is printed, also of those that no case is on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hall.errors import HallError
from hall.facts import DayClosed, Language
from hall.shifts import DAY_SHEET, Figures, Left, Printed, Work
from hall.telling import OTHER_LETTERS, OTHER_PAPERS, PAPER_NAMES
from receipts.compose import compose
from receipts.day_sheet import compose_day
from receipts.document import Document
from receipts.sample_case import DAY, MATTER
from receipts.samples import no_such_kind, sample, variants
from receipts.text_errors import unreadable, unused


def sample_day() -> DayClosed:
    """The close of a fictional day."""
    work = {"accepted": 14, "noticed": 6, "tolerated": 2, "refused": 1, "supplemented": 5, "inquiry": 9, "delivered": 7}
    papers = (("receipt", 8, 0), ("acceptance", 14, 1), ("notice", 6, 0), ("promise", 2, 0), ("refusal", 1, 0))
    return DayClosed(
        day=DAY,
        closed_on=DAY,
        nth=1,
        hall=MATTER.hall.name,
        office="SL01",
        window="3",
        device="A1",
        clerk="周敏",
        figures=Figures(
            first_seq=1204, last_seq=1391, first_ms=0, last_ms=0, clerks=("0001", "0007"), served=44, received=23,
            work=tuple(Work(what=what, count=count) for what, count in work.items()),
            papers=tuple(Printed(kind=kind, issued=issued, reprinted=again) for kind, issued, again in papers),
            notices=6, second_notices=1, blamed=1, called=46, finished=44, passed=2, pauses=2, paused_min=61,
        ),
        began="08:57",
        ended="17:04",
        head="5f0c2a9be4d17638a1c04f92d6be8057331e9ac46df0b2875c19e3a40d7268fb",
        paper_id="sample",
        number=f"SL01-A1-{DAY:%Y%m%d}/{OTHER_LETTERS[DAY_SHEET]}1",
        left=(
            Left(kind="parked", count=1, reason="申请人回家取租赁合同，明早接着办"),
            Left(kind="unsent", count=12, reason="下午四点起断网，已报修"),
        ),
    )  # fmt: skip


def sample_document(kind: str, language: Language = "", variant: str = "", texts: Path | None = None) -> Document:
    """The content of a sample of any kind; ``variant`` is one of its other wordings (``variant_names``), ``texts`` the
    folder of a centre's own. The day sheet is Chinese in any language.

    Raises:
        BadInput: ``unknown_paper_kind``.
        HallError: ``bad_paper_text``.
    """
    if kind == DAY_SHEET:
        return compose_day(sample_day(), texts=texts)
    wanted = next((each for each in PAPER_NAMES if each == kind), None)
    if wanted is None:
        raise no_such_kind(kind)
    case, issued = variants(language)[variant] if variant else sample(wanted, language=language)
    return compose(wanted, case, issued, qr=issued.replica, texts=texts)


def variant_names(kind: str) -> tuple[str, ...]:
    """The other wordings that a kind has a sample of."""
    return tuple(name for name, (_, issued) in variants().items() if issued.kind == kind)


def own_kinds(texts: Path) -> tuple[str, ...]:
    """The kinds that a centre's folder words itself."""
    return tuple(kind for kind in (*PAPER_NAMES, *OTHER_PAPERS) if (texts / f"{kind}.toml").is_file())


def faults(texts: Path) -> Iterator[HallError]:
    """What is wrong with a centre's own wording: a file that no paper reads, and of each kind the first of its samples,
    in either language, that cannot be made with it."""
    for path in sorted(texts.glob("*")):
        if path.name not in {f"{kind}.toml" for kind in (*own_kinds(texts), "words")}:
            yield unused(path)
    spoken: tuple[Language, ...] = ("", "en")
    worded = own_kinds(texts) or ("receipt",)
    for kind in worded:
        try:
            for language in spoken:
                for variant in ("", *variant_names(kind)):
                    sample_document(kind, language, variant, texts)
        except OSError as error:
            yield unreadable(Path(error.filename or texts / f"{kind}.toml"), error)
        except HallError as error:
            yield error
