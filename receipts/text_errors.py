"""What can be wrong with a paper's text, said to whoever words the papers of a centre and to the clerk who hears of it.

Every error is a HallError ``bad_paper_text``; ``field`` is the file and, where there is one, the key in it.
"""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from hall import os_words
from hall.errors import HallError

MOST_COPIES: Final = 9
_COMPARE: Final = "请对照程序自带的文书文本改正"


def _bad(path: Path, key: str, problem: str, hint: str = _COMPARE) -> HallError:
    place = f"{path.name}: {key}" if key else path.name
    return HallError("bad_paper_text", f"文书文本有误（{place}）：{problem}", field=place, hint=hint)


def _unknown(path: Path, key: str, problem: str, word: str, known: Collection[str]) -> HallError:
    near = get_close_matches(word, list(known), n=1)
    return _bad(path, key, problem, f"是不是“{near[0]}”？" if near else _COMPARE)


def not_toml(path: Path, error: Exception) -> HallError:
    """A file that is no TOML, or has keys and values that no text has; ``error`` says which."""
    return _bad(path, "", str(error))


def unreadable(path: Path, error: OSError) -> HallError:
    """A file that is there and cannot be read."""
    return _bad(path, "", f"读不了：{os_words.why(error)}")


def unused(path: Path) -> HallError:
    """A file that no paper is made from."""
    hint = "文件名是文书种类加 .toml（见 clerk paper kinds --json），或 words.toml"
    return _bad(path, "", "没有哪种文书读这个文件", hint)


def wrong_copies(path: Path) -> HallError:
    """A paper of no copy, or of more than there are numerals for."""
    return _bad(path, "copies", "联数要在一到九之间")


def bad_braces(path: Path, key: str, error: ValueError) -> HallError:
    """Braces that do not match, or hold no name."""
    return _bad(path, key, f"花括号写得不对：{error}")


def no_such_value(path: Path, key: str, name: str, known: Collection[str]) -> HallError:
    """A placeholder for a value that there is none of."""
    return _unknown(path, key, f"没有占位符“{name}”", name, known)


def no_such_flag(path: Path, key: str, name: str, known: Collection[str]) -> HallError:
    """A condition that there is none of."""
    return _unknown(path, key, f"没有条件“{name}”", name, known)


def no_such_table(path: Path, key: str, name: str, known: Collection[str]) -> HallError:
    """A table over a list that there is none of."""
    return _unknown(path, key, f"没有表格“{name}”", name, known)


def leaves_out(kind: str, missing: Collection[str]) -> HallError:
    """The sheet of a day without what a supervisor looks for."""
    name = f"{kind}.toml"
    hint = "请对照程序自带的文书文本补上"
    return HallError("bad_paper_text", f"{name} 没有印出必须有的内容：{'、'.join(missing)}", field=name, hint=hint)
