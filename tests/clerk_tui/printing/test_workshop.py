"""Papers made in a process of their own: the same bytes, a small counter, and a process that dies costs no paper."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from clerk_tui.printing.targets import PrintError
from clerk_tui.printing.workshop import Workshop
from hall.errors import HallError
from receipts.compose import compose
from receipts.document import Document
from receipts.render import render
from receipts.samples import sample
from tests.clerk_tui.conftest import ROOT


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    made = Workshop()
    yield made
    made.close()


def document(kind: str = "receipt") -> Document:
    case, issued = sample(kind)  # type: ignore[arg-type]
    return compose(issued.kind, case, issued)


def test_a_paper_made_apart_has_the_bytes_of_one_made_here(workshop: Workshop) -> None:
    assert workshop.render(document(), "a4") == render(document())
    slip = workshop.render(document(), "slip")
    assert slip == render(document(), form="slip")
    from clerk_tui.printing.ticket import escpos

    assert workshop.raster(slip.pdf) == escpos(slip.pdf)


def test_what_is_wrong_with_a_paper_is_told_as_it_would_be_here(workshop: Workshop) -> None:
    with pytest.raises(HallError) as unfit:
        workshop.render(document("grant"), "slip")
    assert (unfit.value.code, unfit.value.field) == ("no_slip", "print.by_kind")
    with pytest.raises(PrintError) as wide:
        workshop.raster(workshop.render(document(), "a4").pdf)
    assert wide.value.code == "print_unfit"
    with pytest.raises(HallError) as broken:
        workshop.raster(b"not a PDF")
    assert broken.value.code == "internal" and broken.value.hint


def test_a_process_that_died_is_replaced_and_the_paper_comes(workshop: Workshop) -> None:
    workshop.render(document(), "a4")
    before = workshop.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    assert workshop.render(document(), "a4").pages == 2
    assert workshop.pid not in (None, before)


def test_a_process_that_hangs_is_ended_and_said_so() -> None:
    hanging = Workshop(patience_s=0.0)
    with pytest.raises(HallError) as refused:
        hanging.render(document(), "a4")
    assert refused.value.code == "maker_died" and refused.value.hint
    assert hanging.pid is None


def test_threads_take_turns(workshop: Workshop) -> None:
    pages: list[int] = []
    threads = [threading.Thread(target=lambda: pages.append(workshop.render(document(), "a4").pages)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert pages == [2] * 4


def test_the_process_is_let_go_when_nothing_is_wanted() -> None:
    brief = Workshop(idle_s=0.0)
    brief.render(document(), "a4")
    timer = brief._idle
    assert timer is not None
    timer.join()
    assert brief.pid is None


def test_composing_a_paper_loads_no_pdf_tool() -> None:
    told = (
        "import sys\nfrom receipts.compose import compose\nfrom receipts.samples import sample\n"
        "import clerk_tui.printing.workshop, clerk_tui.services.papers\n"
        "case, issued = sample('notice')\ncompose('notice', case, issued)\n"
        "print([name for name in ('reportlab', 'pypdfium2', 'segno', 'PIL', 'fontTools') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
