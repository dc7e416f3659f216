"""Calls spoken aloud by an engine that is installed: espeak-ng, or a command of the hall's own.

A command is a list of words of which one holds ``{text}``; it is started as it stands, never through a shell, so that
nothing in a text can become a command. Each call is spoken once; one that is too late to be of use is not spoken.
"""

from __future__ import annotations

import logging
import queue
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

log = logging.getLogger(__name__)
LONGEST_S: Final = 30.0
"""Seconds that one call may take to be spoken."""
STALE_S: Final = 60.0
"""A call that has waited longer is not spoken any more."""
TEXT: Final = "{text}"
VOICES: Final = {"zh": ("cmn-latn-pinyin", "cmn"), "en": ("en",)}
"""espeak-ng's voices by the language of the screen, the best first. Its ``cmn`` reads the pinyin that it makes of some
characters aloud as English letters: of 号, "hao4", it says "hey four"."""
_ASK_S: Final = 5.0


def engine(voice: str, command: Sequence[str], language: str = "zh") -> tuple[str, ...]:
    """The command that speaks: the hall's own, else espeak-ng where it is installed; empty where nothing speaks."""
    if voice == "off":
        return ()
    wanted = tuple(command) or ("espeak-ng",)
    if not shutil.which(wanted[0]):
        return ()
    return wanted if command else (*wanted, "-v", _voice(language), "-s", "140", TEXT)


def _voice(language: str) -> str:
    """The best voice that the installed espeak-ng has."""
    *better, usual = VOICES.get(language, VOICES["zh"])
    if not better:
        return usual
    try:
        question = ["espeak-ng", f"--voices={usual}"]
        asked = subprocess.run(question, stdin=subprocess.DEVNULL, capture_output=True, timeout=_ASK_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return usual
    known = asked.stdout.decode("utf-8", "replace").split()
    return next((each for each in better if each in known), usual)


def apart(number: str) -> str:
    """A number as it is spoken: one character after the other, so that A012 is not "twelve"."""
    return " ".join(number)


class Speaker:
    """Speaks one text after the other in a thread of its own; an engine that fails is only logged."""

    def __init__(
        self, command: Sequence[str], *, run: Callable[[list[str]], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._command, self._run, self._clock = tuple(command), run or _run, clock
        self._texts: queue.SimpleQueue[tuple[float, str] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="speaker", daemon=True)
        if self._command:
            self._thread.start()

    def say(self, text: str) -> None:
        """Speak this as soon as what is being spoken is over."""
        if self._command:
            self._texts.put((self._clock(), text))

    def close(self) -> None:
        """Say nothing more."""
        if self._command:
            self._texts.put(None)
            self._thread.join(LONGEST_S)

    def _work(self) -> None:
        while (waiting := self._texts.get()) is not None:
            since, text = waiting
            if self._clock() - since > STALE_S:
                continue
            try:
                self._run([word.replace(TEXT, text) for word in self._command])
            except (OSError, subprocess.SubprocessError, ValueError) as error:
                log.warning("a call could not be spoken: %s", type(error).__name__)


def _run(command: list[str]) -> None:
    subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=LONGEST_S,
        check=True,
    )  # fmt: skip
