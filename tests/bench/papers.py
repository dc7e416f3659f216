"""What papers cost: the notice with a 12-row table, Code 128 and QR, beside the same page by other tools in one run.

``python -m tests.bench.papers [--quick]``. Makers take turns, paper by paper, each paper being of another person with
another reference, so that a slow moment hits all and nothing can be kept from one paper to the next but fonts.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from receipts import sample
from receipts.compose import compose
from receipts.document import Document, Table
from receipts.fonts import rare_fonts
from receipts.queue_ticket import ticket_document
from receipts.render import render
from tests.bench.measure import Figure, table
from tests.bench.rivals import Maker, rivals, typst_at_once
from tests.receipts.queue_tickets import TICKET
from tests.receipts.samples import COLUMNS, document, full_blocks

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("王小明", "欧阳·买买提", "阿卜杜勒艾则孜·麦麦提图尔荪", "赵䶮")
"""Names that the rivals can set too; they have no second font to fall back on."""
RARE_NAME = "王\U00020bb7"
MEMORY_ROUNDS = 1_000
AIM_TYPST, AIM_SIZE, AIM_TICKET = 0.6, 40, 8
"""The notice takes at most so much of typst's time and so many kB, and is the smallest; a ticket takes so many ms."""


def paper(number: int, name: str = "") -> Document:
    """A notice of twelve rows for one person after another; now and then ``name``, if one is given."""
    rows = tuple(
        (
            str(row),
            f"材料甲{number % 1000:03d}{row:02d}号",
            "未提交",
            f"请提交原件一份，注明第{number}页第{row:02d}行。",
        )
        for row in range(1, 13)
    )
    blocks = full_blocks(name if name and number % 5 == 0 else NAMES[number % len(NAMES)])
    reference = f"990100-A1-{number:05d}-7"
    return document(
        *(Table(COLUMNS, rows) if isinstance(block, Table) else block for block in blocks),
        copies=("",), reference=reference, qr=f"https://zwfw.example.gov.cn/q/{reference}",
    )  # fmt: skip


def run(quick: bool = False) -> list[Figure]:
    """Warm papers beside rivals, sizes, the first paper of a process, and memory over a thousand."""
    others = rivals()
    figures = _beside(others, 5 if quick else 25)
    figures += [_as_handed_out(5 if quick else 25), *_tickets(5 if quick else 25)]
    figures += [_first(3 if quick else 7), _memory(200 if quick else MEMORY_ROUNDS)]
    missing = [name for name in ("typst", "fpdf2", "weasyprint") if name not in others]
    if missing:
        figures.append(Figure(f"left out, not installed: {', '.join(missing)}", 0, "ms"))
    return figures


def _beside(others: dict[str, Maker], rounds: int) -> list[Figure]:
    makers: dict[str, Maker] = {"ours": lambda made: render(made).pdf, **others}
    if "typst" in others:
        makers["typst, each paper by itself"] = typst_at_once
    spent: dict[str, list[float]] = {name: [] for name in makers}
    sizes: dict[str, list[int]] = {name: [] for name in makers}
    slow = {name: _timed(maker, paper(0))[0] > 0.2 and name != "ours" for name, maker in makers.items()}
    for number in range(1, rounds + 1):
        for name, maker in makers.items():
            if not slow[name] or number <= 3:
                seconds, size = _timed(maker, paper(number))
                spent[name].append(seconds * 1e3)
                sizes[name].append(size)
    ours = statistics.median(spent["ours"])
    figures = [
        Figure(
            "a notice of 12 rows, warm", ours, "ms", statistics.median(spent[name]), name,
            aim_ratio=AIM_TYPST if name.startswith("typst") else 1.0, note=note,
        )
        for name, note in _told(makers, "typst warm: one world with its fonts kept from paper to paper")
    ]  # fmt: skip
    mean = {name: statistics.mean(found) / 1e3 for name, found in sizes.items()}
    figures += [
        Figure("its size", mean["ours"], "kB", mean[name], name, aim=AIM_SIZE, aim_ratio=1.0, note=note)
        for name, note in _told(
            makers, "ours carries what PDF/A-2b wants (XMP, output intent: 2 kB), platypus none of it"
        )
    ]
    return figures


def _told(makers: Iterable[str], note: str) -> list[tuple[str, str]]:
    """The rivals; ``note`` with the first."""
    names = [name for name in makers if name != "ours"]
    return [(name, "" if place else note) for place, name in enumerate(names)]


def _as_handed_out(rounds: int) -> Figure:
    """The notice as it leaves the printer: two copies, each with the code of its case and the applicant's own."""
    case, issued = sample("notice")
    made = compose("notice", case, issued, qr=issued.replica)
    spent, sizes = zip(*(_timed(lambda one: render(one).pdf, made) for _ in range(rounds)), strict=True)
    note = f"two copies, both codes: {sizes[0] / 1e3:.0f} kB"
    return Figure("a notice as handed out, warm", statistics.median(spent) * 1e3, "ms", note=note)


def _tickets(rounds: int) -> Iterable[Figure]:
    """A ticket of the queue, and the notice as an 80 mm slip: as PDFs, before they are made a printer's dots."""
    case, issued = sample("notice")
    slip = compose("notice", case, issued, qr=issued.replica)
    for what, made, copies in (("a ticket of the queue", ticket_document(TICKET), "one"), ("a notice", slip, "two")):
        spent, sizes = zip(
            *(_timed(lambda one: render(one, form="slip").pdf, made) for _ in range(rounds)), strict=True
        )
        note = f"80 mm, {copies} of it, both codes: {sizes[0] / 1e3:.0f} kB"
        yield Figure(f"{what} on 80 mm, warm", statistics.median(spent) * 1e3, "ms", aim=AIM_TICKET, note=note)


def _timed(maker: Callable[[Document], bytes], made: Document) -> tuple[float, int]:
    begun = time.perf_counter()
    size = len(maker(made))
    return time.perf_counter() - begun, size


_FIRST = """
import time; begun = time.perf_counter()
from receipts.render import render
from receipts.document import decode
import json, sys
render(decode(sys.stdin.buffer.read()))
print(json.dumps([time.perf_counter() - begun, time.process_time()]))
"""

_IMPORT = """
import time; begun = time.perf_counter()
import reportlab.platypus
print(time.perf_counter() - begun)
"""

_MEMORY = """
import gc, json, sys
from pathlib import Path
from receipts.render import render
from tests.bench.papers import RARE_NAME, paper

def resident():
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

for number in range(50):
    render(paper(number, RARE_NAME))
before = resident()
for number in range(50, 50 + int(sys.argv[1])):
    render(paper(number, RARE_NAME))
print(json.dumps([before, resident()]))
"""


def _first(rounds: int) -> Figure:
    """The first paper of a fresh process, from its first import to the bytes; the name has a character of plane 2."""
    from receipts.document import encode

    sent = encode(paper(0, RARE_NAME))
    # A counter is installed compiled; the first round does that here, whatever the environment says of bytecode.
    _child(_FIRST, sent), _child(_IMPORT, b"")
    both = [(*json.loads(_child(_FIRST, sent)), float(_child(_IMPORT, b""))) for _ in range(rounds)]
    took, worked, imported = zip(*both, strict=True)
    fonts = "from HanaMin" if rare_fonts() else "spelled out: fonts-hanazono is not installed"
    note = (
        f"imports, fonts, paper; worst {max(took) * 1e3:.0f} ms of {rounds}; with the start of Python "
        f"{statistics.median(worked) * 1e3:.0f} ms of processor time; the name's character {fonts}"
    )
    first, yard = statistics.median(took) * 1e3, statistics.median(imported) * 1e3
    return Figure("first paper of a process", first, "ms", yard, "import reportlab.platypus", aim=400, note=note)


def _memory(rounds: int) -> Figure:
    """Resident memory before and after many papers in one process."""
    before, after = (bytes_ / 1e6 for bytes_ in json.loads(_child(_MEMORY, b"", str(rounds))))
    note = f"resident {before:.1f} MB after 50 papers, {after:.1f} MB after {rounds} more"
    return Figure(f"growth over {rounds:,} papers", after - before, "MB", aim=4, note=note)


def _child(code: str, sent: bytes, *arguments: str) -> str:
    command = [sys.executable, "-c", code, *arguments]
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "clerk-bench-bytecode")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(command, input=sent, cwd=ROOT, env=environment, capture_output=True, check=True)
    return done.stdout.decode()


if __name__ == "__main__":
    print(table(run("--quick" in sys.argv)))
