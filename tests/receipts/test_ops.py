"""Rules are drawn in as few strokes as they are seen."""

from __future__ import annotations

from receipts.ops import Box, Line, drawn_once


def test_upright_rules_that_go_on_are_one_and_none_is_drawn_twice() -> None:
    rows = [
        line
        for top in (10.0, 20.1, 30.2)
        for line in (
            Line(5, top, 90, top),
            Line(5, top + 10.1, 90, top + 10.1),
            Line(5, top, 5, top + 10.1),
            Line(90, top, 90, top + 10.1),
        )
    ]
    made = drawn_once(rows)
    assert sorted(op.x1 for op in made if isinstance(op, Line) and op.x1 == op.x2) == [5, 90]
    assert {(op.y1, round(op.y2, 3)) for op in made if isinstance(op, Line) and op.x1 == op.x2} == {(10.0, 40.3)}
    assert [round(op.y1, 3) for op in made if isinstance(op, Line) and op.x1 != op.x2] == [10.0, 20.1, 30.2, 40.3]


def test_rules_that_differ_or_do_not_touch_stay_and_what_is_drawn_over_stays_beneath() -> None:
    box = Box(0, 0, 9, 30, fill=1.0)
    apart = [Line(5, 0, 5, 10), Line(5, 11, 5, 20), Line(5, 20, 5, 30, width=2.0), Line(5, 30, 5, 40, grey=0.9)]
    assert drawn_once([*apart, box]) == [*apart, box]
    assert drawn_once([Line(5, 0, 5, 10), box, Line(5, 10, 5, 20)]) == [box, Line(5, 0, 5, 20)]
