"""A flow drawn as a picture: boxes for the steps, arrows for what waits for what, heavy lines for the critical path.

Steps stand in columns by how many come before them, parallel ones under each other; the stages of a project are bands
one under the other. Arrows leave a box at its right and enter at its left. They run only in the gutters between the
columns and in the gaps between the bands, so that no line crosses a box.
"""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from hall.flow import FlowStep, Plan
from receipts.document import Column, Flow, FlowBox, Table
from receipts.ops import Arrow, Box, Line, Op, Strip
from receipts.routes import Routes
from receipts.setter import Setter
from receipts.tables import table_strips

COLUMNS = 6
"""How many steps stand side by side at most; longer chains go on in a further band."""
ROWS, SPREAD = 2, 4
"""More steps than ``ROWS`` at the begin of a stage are spread over ``SPREAD`` columns where nothing orders them."""
TALLEST = 640.0
"""A picture higher than this would not fit a page with its heading; it is told as a table instead. It is drawn closer
together where its caption would not fit beneath it."""
_NAME, _SMALL, _SECOND, _LEADING = 8.5, 7.5, 6.2, 1.36
_PAD, _ROW_GAP, _GAP, _TRACK = 4.0, 7.0, 13.0, 3.2
_LABEL, _EDGE = 15.0, 9.0
_WIDEST = 132.0
_LIGHT, _HEAVY = 0.7, 1.7
_BAND, _CAPTION, _TIGHTEST = 0.955, 1.5, 0.3
_HEADS = ("序号", "步骤", "谁来办", "多久", "在哪几步之后")
_HEADS_TOO = ("序号\nNo.", "步骤\nStep", "谁来办\nWho", "多久\nHow long", "在哪几步之后\nAfter steps")


def flow_block(plan: Plan, caption: str = "", here: str = "") -> Flow:
    """The picture of a plan as content: every step in its band and column; the step called ``here`` is marked."""
    index = {planned.step.code: number for number, planned in enumerate(plan.steps)}
    stage_of = {name: number for number, name in enumerate(plan.stages)}
    places: dict[str, tuple[int, int]] = {}
    for planned in plan.steps:
        stage = stage_of.get(planned.step.stage, 0)
        before = [places[code] for code in planned.step.after if not plan.stages or places[code][0] == stage]
        places[planned.step.code] = (stage, max((column + 1 for _, column in before), default=0))
    _spread(plan, places)
    bands, placed = _bands(plan, places)
    # Where every step is critical there is nothing beside the path: no heavy lines.
    critical = set(plan.critical) if len(plan.critical) < len(plan.steps) else set()
    ends = {planned.step.code: planned.ends for planned in plan.steps}
    drawn = direct(plan)
    boxes = tuple(
        FlowBox(
            name=planned.step.name + ("\n（本事项）" if planned.step.name == here else ""),
            who=planned.step.who,
            time=time_text(planned.step),
            band=placed[planned.step.code][0],
            column=placed[planned.step.code][1],
            critical=planned.step.code in critical,
            after=tuple(index[code] for code in drawn[planned.step.code]),
            critical_after=tuple(
                index[code]
                for code in drawn[planned.step.code]
                if planned.step.code in critical and code in critical and ends[code] == planned.begins
            ),
        )
        for planned in plan.steps
    )
    return Flow(boxes, bands, caption)


def direct(plan: Plan) -> dict[str, tuple[str, ...]]:
    """What each step follows directly: an arrow that others already say is not drawn."""
    before: dict[str, set[str]] = {}
    for planned in plan.steps:
        after = planned.step.after
        before[planned.step.code] = set(after).union(*(before[code] for code in after))
    return {
        planned.step.code: tuple(
            code for code in planned.step.after if not any(code in before[other] for other in planned.step.after)
        )
        for planned in plan.steps
    }


def _spread(plan: Plan, places: dict[str, tuple[int, int]]) -> None:
    """Steps that wait for nothing in their stage, and for which nothing there waits, fill its shortest columns."""
    tied: set[str] = set()
    for planned in plan.steps:
        for code in planned.step.after:
            if places[code][0] == places[planned.step.code][0]:
                tied |= {code, planned.step.code}
    most = ROWS if plan.stages else ROWS * 2
    if not tied and not plan.stages:
        most = 1  # Nothing is to be read from left to right: side by side as time is.
    for stage in sorted({stage for stage, _ in places.values()}):
        here = [planned.step.code for planned in plan.steps if places[planned.step.code][0] == stage]
        if sum(places[code][1] == 0 for code in here) <= most:
            continue
        heights = Counter(places[code][1] for code in here if code in tied)
        columns = range(max(SPREAD, max(heights, default=0) + 1))
        for code in here:
            if code not in tied:
                column = min(columns, key=lambda number: (heights[number], number))
                places[code] = (stage, column)
                heights[column] += 1


def _bands(plan: Plan, places: dict[str, tuple[int, int]]) -> tuple[tuple[str, ...], dict[str, tuple[int, int]]]:
    """Bands as drawn: a stage with more than ``COLUMNS`` columns takes several, about equally long."""
    longest = 1 + max((column for _, column in places.values()), default=0)
    width = math.ceil(longest / math.ceil(longest / COLUMNS))
    keys = sorted({(stage, column // width) for stage, column in places.values()})
    number = {key: position for position, key in enumerate(keys)}
    labels = tuple(plan.stages[stage] if plan.stages and part == 0 else "" for stage, part in keys)
    placed = {code: (number[stage, column // width], column % width) for code, (stage, column) in places.items()}
    return labels or ("",), placed


def time_text(step: FlowStep) -> str:
    """How long a step may take, as it stands in its box."""
    if step.unit == "on_the_spot":
        return "当场"
    if step.days is None:
        return step.note
    unit = "个工作日" if step.unit == "working_day" else "日"
    return f"{step.days:g}{unit}" + ("" if step.counted else "\n（不计入时限）")


@dataclasses.dataclass(frozen=True, slots=True)
class _Placed:
    """A box with its place on the picture, in points."""

    box: FlowBox
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.y + self.height / 2

    @property
    def right(self) -> float:
        return self.x + self.width


def flow_strips(setter: Setter, block: Flow) -> Iterator[Strip]:
    """The picture as one strip with its caption, or as a table where it would be higher than a page."""
    said = list(_caption_strips(setter, block))
    picture = _best(setter, block, TALLEST - 4.0 - sum(strip.height for strip in said))
    if picture.height > TALLEST:
        yield from table_strips(setter, _as_table(block))
        return
    yield Strip(picture.height, tuple(picture.ops()), before=setter.gap, keep=bool(said))
    yield from said


def _caption_strips(setter: Setter, block: Flow) -> Iterator[Strip]:
    """The caption, with its English on the same line where both find room there; else each language is one strip, so
    that a page never ends in the middle of it."""
    captions = [(text, size) for text, size in ((block.caption, _NAME), (block.second, _SMALL)) if text]
    widths = [setter.fonts.width(text, size) for text, size in captions]
    if len(captions) == 2 and sum(widths) + _NAME <= setter.width:
        (first, _), (second, _) = captions
        x = setter.left + widths[0] + _NAME
        leading = _CAPTION * _NAME / _SMALL
        ops = (
            setter.line(first, setter.left, 0, setter.width, _NAME, _CAPTION, grey=0.2),
            setter.line(second, x, 0, setter.width, _SMALL, leading, grey=0.2),
        )
        yield Strip(_NAME * _CAPTION, ops, before=4.0)
        return
    for number, (text, size) in enumerate(captions):
        lines = setter.wrap(text, size, setter.width)
        drawn = setter.lines(lines, setter.left, 0, setter.width, size, _CAPTION, grey=0.2)
        yield Strip(len(lines) * size * _CAPTION, tuple(drawn), before=4.0 if number == 0 else 0.0)


def _best(setter: Setter, block: Flow, room: float) -> _Picture:
    """The picture at its widest that fits ``room``, else the smallest there is; on a page in smaller type, where every
    line counts, it is short at once."""
    tight = dataclasses.replace(setter, air=min(setter.air, _TIGHTEST))
    whole = block if setter.scale == 1 else _short(block)
    for spaced, told in ((setter, whole), (setter, _short(block)), (tight, _short(block))):
        picture = _Picture(spaced, told)
        if picture.height <= room:
            break
    return picture


def _short(block: Flow) -> Flow:
    """A bilingual picture with who and how long on one line, and of the English the names alone; else as it is."""
    return replace(block, boxes=tuple(_shorter(box) if box.second else box for box in block.boxes))


def _shorter(box: FlowBox) -> FlowBox:
    who = "　".join(filter(None, (box.who, box.time.replace("\n", ""))))
    return replace(box, who=who, time="", second=box.second.partition("\n")[0])


def _as_table(block: Flow) -> Table:
    no, step, who, long, after = _HEADS_TOO if any(box.second for box in block.boxes) else _HEADS
    columns = (
        Column(no, 5, "center"),
        Column(step, 32),
        Column(who, 20),
        Column(long, 16, "center"),
        Column(after, 16),
    )
    rows = tuple(
        (
            str(number),
            "\n".join(filter(None, (box.name, box.second))),
            box.who,
            box.time,
            "、".join(str(before + 1) for before in box.after) or "—",
        )
        for number, box in enumerate(block.boxes, 1)
    )
    return Table(columns, rows)


class _Picture:
    """Where everything stands, and what is drawn."""

    def __init__(self, setter: Setter, block: Flow) -> None:
        self._setter, self._block = setter, block
        self._framed = any(block.bands)
        tight = 0.5 + 0.5 * setter.air
        self._pad, self._row_gap = _PAD * tight, _ROW_GAP * tight
        columns = 1 + max((box.column for box in block.boxes), default=0)
        self._routes = Routes(block.boxes)
        self._edge = _EDGE + _TRACK * self._routes.entries(0)
        self._cell = (setter.width - self._edge - _EDGE) / columns
        self._box_width = min(self._cell - self._routes.gutter(columns), _WIDEST)
        self._texts = [self._text_of(box) for box in block.boxes]
        self._tops, self._heights, self.height = self._bands()
        self._placed = self._place()

    def ops(self) -> Iterator[Op]:
        """Bands, then light lines, then heavy ones, then what the bands are called, then boxes."""
        setter, boxes = self._setter, self._block.boxes
        for top, height in zip(self._tops, self._heights, strict=True) if self._framed else ():
            yield Box(setter.left, top, setter.width, height, fill=_BAND)
        edges = [(before, number) for number, box in enumerate(boxes) for before in box.after]
        for heavy in (False, True):
            for before, number in edges:
                if (before in boxes[number].critical_after) == heavy:
                    yield from self._line(before, number, heavy)
        for top, label in zip(self._tops, self._block.bands, strict=True):
            yield from self._label(top, label)
        for placed, lines in zip(self._placed, self._texts, strict=True):
            yield from self._draw(placed, lines)

    def _label(self, top: float, label: str) -> Iterator[Op]:
        """A band's name, over its first boxes: beyond them run lines, which nothing may cut."""
        y = top + 1.5
        for line in self._label_lines(label):
            yield self._setter.line(line, self._setter.left + self._edge, y, self._setter.width, _NAME, 1.5, bold=True)
            y += _NAME * _LEADING

    def _label_lines(self, label: str) -> Sequence[str]:
        """One line where there is room, else a line a language."""
        parts = [label] if self._setter.fonts.width(label, _NAME, True) <= self._box_width else label.split("　")
        return [line for part in parts for line in self._setter.wrap(part, _NAME, self._box_width, True)]

    def _label_height(self, label: str) -> float:
        return _LABEL + (len(self._label_lines(label)) - 1) * _NAME * _LEADING if label else 0.0

    def _text_of(self, box: FlowBox) -> list[tuple[str, float, bool]]:
        room = self._box_width - 2 * _PAD
        lines = [(line, _NAME, True) for line in self._setter.wrap(box.name, _NAME, room, True)]
        name, _, rest = box.second.partition("\n")
        small = (
            (name, _SECOND, False),
            (box.who, _SMALL, False),
            (box.time, _SMALL, box.critical),
            (rest, _SECOND, False),
        )
        for text, size, bold in small:
            lines += [(line, size, bold) for line in self._setter.wrap(text, size, room, bold)] if text else []
        return lines

    def _bands(self) -> tuple[list[float], list[float], float]:
        """Where each band begins, how high it is, and the height of the whole."""
        tops: list[float] = []
        heights: list[float] = []
        y = 0.0
        for band, label in enumerate(self._block.bands):
            tracks = self._routes.gap_tracks(band)
            if band or tracks:
                y += (_GAP if band else 4.0) + max(0, tracks - 1) * _TRACK
            tops.append(y)
            inner = max(map(self._stack_height, self._stacks(band).values()), default=0.0)
            heights.append(inner + (2 * self._pad if self._framed else 0.0) + self._label_height(label))
            y += heights[-1]
        return tops, heights, y

    def _stacks(self, band: int) -> dict[int, list[int]]:
        stacks: dict[int, list[int]] = {}
        for number, box in enumerate(self._block.boxes):
            if box.band == band:
                stacks.setdefault(box.column, []).append(number)
        return stacks

    def _stack_height(self, numbers: Sequence[int]) -> float:
        return len(numbers) * self._box_height(numbers) + (len(numbers) - 1) * self._row_gap

    def _box_height(self, numbers: Sequence[int]) -> float:
        """Boxes under each other are of one height."""
        return max(sum(size * _LEADING for _, size, _ in self._texts[number]) for number in numbers) + 2 * self._pad

    def _place(self) -> list[_Placed]:
        placed: dict[int, _Placed] = {}
        for band, label in enumerate(self._block.bands):
            top = self._tops[band] + self._label_height(label)
            room = self._heights[band] - self._label_height(label)
            for column, numbers in self._stacks(band).items():
                height = self._box_height(numbers)
                y = top + (room - self._stack_height(numbers)) / 2
                x = self._setter.left + self._edge + column * self._cell
                for number in numbers:
                    placed[number] = _Placed(self._block.boxes[number], x, y, self._box_width, height)
                    y += height + self._row_gap
        return [placed[number] for number in range(len(self._block.boxes))]

    def _line(self, before: int, number: int, heavy: bool) -> Iterator[Op]:
        source, target = self._placed[before], self._placed[number]
        tip = target.x - (_HEAVY if heavy else _LIGHT) / 2
        leave = source.right + 5.0 + self._routes.leave[before, number] * _TRACK
        points = [(source.right, source.middle)]
        if self._routes.is_near(before, number):
            if abs(source.middle - target.middle) > 0.5:
                points += [(leave, source.middle), (leave, target.middle)]
        else:
            gap = self._tops[target.box.band] - 5.0 - self._routes.gap[number] * _TRACK
            entry = target.x - 8.0 - self._routes.entry[number] * _TRACK
            points += [(leave, source.middle), (leave, gap), (entry, gap), (entry, target.middle)]
        points.append((tip - 3.0, target.middle))
        width, grey = (_HEAVY, 0.0) if heavy else (_LIGHT, 0.3)
        for (x1, y1), (x2, y2) in _pairs(points):
            yield Line(x1, y1, x2, y2, width, grey)
        yield Arrow(tip, target.middle, 5.2 if heavy else 4.2, grey)

    def _draw(self, placed: _Placed, lines: Sequence[tuple[str, float, bool]]) -> Iterator[Op]:
        heavy = placed.box.critical
        yield Box(
            placed.x, placed.y, placed.width, placed.height, fill=1.0,
            stroke=_HEAVY if heavy else _LIGHT, grey=0.0 if heavy else 0.3, radius=3.0,
        )  # fmt: skip
        y = placed.y + (placed.height - sum(size * _LEADING for _, size, _ in lines)) / 2
        for text, size, bold in lines:
            yield self._setter.line(text, placed.x, y, placed.width, size, _LEADING, "center", bold=bold)
            y += size * _LEADING


def _pairs(points: Iterable[tuple[float, float]]) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    previous: tuple[float, float] | None = None
    for point in points:
        if previous is not None and point != previous:
            yield previous, point
        previous = point
