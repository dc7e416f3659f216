"""A call is spoken by a program of the hall's choice, started as it stands."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from clerk_tui.services.speaking import STALE_S, TEXT, Speaker, apart, engine

WRITES = "import json, sys; f = open(sys.argv[1], 'a'); f.write(json.dumps(sys.argv[2:]) + chr(10)); f.close()"


def heard(path: Path) -> list[list[str]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_text_is_one_word_of_the_command_whatever_it_holds(tmp_path: Path) -> None:
    told = tmp_path / "told"
    texts = ["请 A 0 0 1 号到 3 号窗口", "; touch /tmp/x; $(id) `id` | ls '\"", "-v --help", ""]
    speaker = Speaker([sys.executable, "-c", WRITES, str(told), "before", f"<{TEXT}>"])
    for text in texts:
        speaker.say(text)
    speaker.close()
    assert heard(told) == [["before", f"<{text}>"] for text in texts]


def test_an_engine_that_fails_or_is_gone_silences_nothing_after_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[list[str]] = []

    def run(command: list[str]) -> None:
        done.append(command)
        if command == ["one"]:
            raise FileNotFoundError

    speaker = Speaker([TEXT], run=run)
    with caplog.at_level(logging.WARNING, "clerk_tui"):
        for text in ("one", "two"):
            speaker.say(text)
        speaker.close()
    assert done == [["one"], ["two"]]
    assert "FileNotFoundError" in caplog.text and "one" not in caplog.text.replace("spoken", "")


def test_a_call_that_waited_too_long_is_not_spoken_any_more() -> None:
    now, done = [0.0], []

    def run(command: list[str]) -> None:
        done.append(command[0])
        now[0] += STALE_S + 1

    speaker = Speaker([TEXT], run=run, clock=lambda: now[0])
    for text in ("one", "two"):
        speaker._texts.put((0.0, text))
    speaker.close()
    assert done == ["one"]


def test_what_is_installed_speaks_and_otherwise_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert engine("auto", ()) == ()
    program = tmp_path / "espeak-ng"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    assert engine("auto", ())[:3] == ("espeak-ng", "-v", "cmn") and engine("auto", ())[-1] == TEXT
    program.write_text("#!/bin/sh\n[ $1 = --voices=cmn ] && echo ' 5  cmn-latn-pinyin --/M  x'\n", encoding="utf-8")
    assert engine("auto", ())[2] == "cmn-latn-pinyin"
    assert engine("auto", (), "en")[2] == "en"
    assert engine("off", ()) == ()
    assert engine("auto", ("no-such-program", TEXT)) == ()
    Speaker(()).say("nothing speaks, nothing waits")


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="espeak-ng is not installed (Debian: apt install espeak-ng)")
def test_espeak_ng_speaks_chinese_and_reads_nothing_as_english() -> None:
    """In its phonemes ``(en)`` begins what the English voice reads."""
    command = [word.replace(TEXT, "请 A 0 1 2 号到 3 号窗口") for word in engine("auto", ())]
    phonemes = subprocess.run([command[0], "-q", "-x", *command[1:]], capture_output=True, check=True, text=True).stdout
    assert "(en)" not in phonemes and phonemes.count("|") >= 10, phonemes


def test_a_number_is_spoken_one_character_after_the_other() -> None:
    assert apart("A012") == "A 0 1 2"
