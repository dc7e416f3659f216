"""The counter as a place to learn: the same screens on a sandbox, with an exercise above them and its result after."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from textual import events, on
from textual.widget import Widget

from clerk_tui import actions, messages
from clerk_tui.i18n import N_, _
from clerk_tui.screens.counter import CounterApp
from clerk_tui.screens.dialog import Answer, Dialog, Paragraph, Spec
from clerk_tui.services import training
from clerk_tui.services.training import Begun, Exercise, Score
from clerk_tui.widgets.cells import clip, safe, wrap
from clerk_tui.widgets.painted import BLANK, Line, Painted, Span, spans_width, spread
from clerk_tui.widgets.phrases import age, said_of

if TYPE_CHECKING:
    from clerk_tui.config import Config
    from clerk_tui.services.result import Result
    from clerk_tui.services.workspace import Workspace

KEYS = next(action.keys for action in actions.group("training") if action.id == "exercise")
GO_ON, HAND_IN, ANOTHER = range(3)


class TrainingApp(CounterApp):
    """The counter on a sandbox. ``scores`` are the last results, by the key of their exercise."""

    def __init__(
        self, config: Config, exercises: Sequence[Exercise], open_workspace: Callable[[], Workspace] | None = None
    ) -> None:
        super().__init__(config, open_workspace)
        self.exercises = tuple(exercises)
        self.scores: dict[str, Score] = {}
        self.begun: Begun | None = None
        self.strokes = self.scans = self._since_ms = 0

    @property
    def seconds(self) -> int:
        """How long the exercise has lasted."""
        return (self.workspace.clock.mono_ms() - self._since_ms) // 1000 if self.workspace is not None else 0

    def lines_above(self) -> Iterable[Widget]:
        yield ExerciseStrip(self)

    @on(messages.WorkspaceReady)
    def _sandbox_opened(self) -> None:
        self.call_after_refresh(self.choose)

    # -- keys and scans are counted --------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded:
            if event.key in KEYS:
                self.ask_exercise()
                return
            self.strokes += 1
            # Now, not at the strip's next second: what is counted is seen to be counted.
            self._paint()
        await super().on_event(event)

    def _scan_read(self, code: str, whole: bool) -> None:
        self.scans += 1
        # What a scanner types nobody has pressed.
        self.strokes = max(0, self.strokes - len(code) - 1)
        self._paint()
        super()._scan_read(code, whole)

    # -- choosing, working, handing in -----------------------------------------------------------------------------

    def ask_exercise(self) -> None:
        """The exercise once more, and what to do with it."""
        if self.workspace is None or self.locked or isinstance(self.screen, Dialog):
            return
        if self.begun is None:
            self.choose()
            return
        options = (_("接着做"), _("交卷，看结果"), _("换一道练习"))
        spec = Spec(self.begun.exercise.title, told(self.begun), options=options, yes=N_("选定"), no=N_("接着做"))

        def answered(answer: Answer | None) -> None:
            if answer is not None and answer.choice == HAND_IN:
                self.hand_in()
            elif answer is not None and answer.choice == ANOTHER:
                self.choose()

        self.push_screen(Dialog(spec), answered)

    def choose(self) -> None:
        """Which exercise next; those that were all right say so."""
        next_one = next((n for n, one in enumerate(self.exercises) if not self._is_right(one)), 0)
        intro = _("这里是培训：和真的窗口一样办，记录和凭证都不是真的。选一道练习，Ctrl+X 随时看题目、交卷、换一道。")
        spec = Spec(
            _("练习"),
            ((intro, "plain"),),
            options=tuple(f"{self._mark(one)}  {one.title}" for one in self.exercises),
            yes=N_("开始"),
            no=N_("先看看"),
        )

        def answered(answer: Answer | None) -> None:
            if answer is not None:
                self.guarded(lambda: self.begin(self.exercises[answer.choice]))

        dialog = Dialog(spec)
        self.push_screen(dialog, answered)
        self.call_after_refresh(dialog.point_at, next_one)

    def _is_right(self, exercise: Exercise) -> bool:
        score = self.scores.get(exercise.key)
        return score is not None and score.right

    def _mark(self, exercise: Exercise) -> str:
        score = self.scores.get(exercise.key)
        return _("未做") if score is None else _("全对") if score.right else _("再练")

    def begin(self, exercise: Exercise) -> None:
        """Begin an exercise: an empty desk, the scene set, the clock at nought."""
        assert self.workspace is not None
        self.go_home()
        self.parked.clear()
        self.begun = training.begin(self.workspace, exercise)
        self.strokes = self.scans = 0
        self._since_ms = self.workspace.clock.mono_ms()
        self.saved()
        self.home.begin()
        self._paint()
        self.push_screen(Dialog(Spec(exercise.title, told(self.begun), yes=N_("开始办理"), no="")))

    def finished(self, result: Result, matter: str, party: str) -> None:
        super().finished(result, matter, party)
        if self.begun is not None and self.workspace is not None and training.is_over(self.workspace, self.begun):
            self.call_after_refresh(self.hand_in)

    def hand_in(self) -> None:
        """The result, and on to the next."""
        if self.begun is None or self.workspace is None:
            return
        score = training.score(self.workspace, self.begun, keys=self.strokes, seconds=self.seconds, scans=self.scans)
        place = self.exercises.index(self.begun.exercise)
        self.scores[score.key] = score
        self.begun = None
        self._paint()

        def answered(answer: Answer | None) -> None:
            if answer is None:
                return
            if place + 1 < len(self.exercises):
                self.guarded(lambda: self.begin(self.exercises[place + 1]))
            else:
                self.choose()

        self.push_screen(Dialog(result_of(score)), answered)

    def _paint(self) -> None:
        for screen in self.screen_stack:
            for strip in screen.query(ExerciseStrip):
                strip.paint()


class ExerciseStrip(Painted):
    """Under the status line: which exercise, how long it has taken, who stands there and what lies on the desk."""

    def __init__(self, app: TrainingApp) -> None:
        super().__init__(id="exercise")
        self._training = app

    def on_mount(self) -> None:
        self.set_interval(1.0, self.paint)

    def lines_for(self, columns: int, rows: int) -> Iterable[Line]:
        app, begun = self._training, self._training.begun
        right: list[Span] = [(_("Ctrl+X 练习"), "key"), (" ", "plain")]
        if begun is None:
            done = sum(score.right for score in app.scores.values())
            left: list[Span] = [
                (" " + _("练习：{done} / {total} 全对").format(done=done, total=len(app.exercises)), "strong")
            ]
            return [(spread(left, right, columns), "big-warn"), *[BLANK] * (rows - 1)]
        place = app.exercises.index(begun.exercise) + 1
        title = f" {place}/{len(app.exercises)}  {safe(begun.exercise.title)}"
        spent = _("{keys} 键  {time}").format(keys=app.strokes, time=age(app.seconds * 1000))
        right = [(spent + "   ", "plain"), *right]
        room = columns - spans_width(right) - 1
        head: Line = (spread([(clip(title, max(20, room)), "strong")], right, columns), "big-warn")
        story = wrap(safe(begun.story), columns - 2)
        desk = _("桌上：") + "　".join(safe(item) for item in begun.exercise.desk)
        texts = [*story[: max(0, rows - 2)], desk] if rows > 2 else [desk]
        return [head, *(((((" " + clip(text, columns - 2)), "plain"),), "card") for text in texts)]


def told(begun: Begun) -> tuple[Paragraph, ...]:
    """The exercise in full."""
    lines: list[Paragraph] = [(begun.story, "plain"), ("", "plain"), (_("桌上有"), "title")]
    lines += [(f"\t{item}", "plain") for item in begun.exercise.desk]
    if begun.exercise.ticket:
        lines += [("", "plain"), (_("号票 {ticket}").format(ticket=begun.exercise.ticket), "faint")]
    return tuple(lines)


def result_of(score: Score) -> Spec:
    """What was right, what was missed and why."""
    wrong = [point for point in score.points if not point.right]
    lines: list[Paragraph] = []
    if not score.done:
        lines = [(_("这道练习还没有办完：还没有给来的人一个结论。"), "plain")]
    for point in (*wrong, *(each for each in score.points if each.right)):
        word, ink = (_("对"), "good") if point.right else (_("错"), "bad")
        lines.append((f"{word}  {said_of(_(point.what), _(point.told))}", ink))
        if not point.right and point.why:
            lines.append((f"\t{_(point.why)}", "faint"))
    spent = _("按键 {keys} 次（熟手约 {expected} 次），用时 {time}")
    lines += [
        ("", "plain"),
        (spent.format(keys=score.keys, expected=score.expected_keys, time=age(score.seconds * 1000)), "plain"),
    ]
    title = _("全对") if score.right else _("有 {n} 处要改").format(n=len(wrong)) if score.done else _("没有办完")
    tone = "good" if score.right else "warn"
    return Spec(f"{score.title}  {title}", tuple(lines), yes=N_("下一题"), no=N_("再看看"), tone=tone)


def as_told(scores: Iterable[Score]) -> list[dict[str, Any]]:
    """The results as ``clerk training --json`` tells them."""
    return [
        {
            "key": score.key,
            "title": score.title,
            "done": score.done,
            "right": score.right,
            "points": [
                {"what": point.what, "right": point.right, "told": point.told, "why": point.why}
                for point in score.points
            ],
            "keys": score.keys,
            "expected_keys": score.expected_keys,
            "seconds": score.seconds,
        }
        for score in scores
    ]
