"""The small language of ``when`` keys.

    reason == 'A' and cross_province == 'no'
    'seal' in steps or applicant.age >= 60
    situation('B') and not agent

Names are question codes (their answers: a word, or a list for ``multi``), ``agent`` (true when somebody acts for the
applicant), ``applicant.kind``, ``applicant.age`` (years, -1 when unknown) and ``situation('CODE')``. Allowed: ``and or
not == != < <= > >= in not in``, words, numbers and lists. A comparison with an unanswered question is never true, the
negative ones (``!=``, ``not in``) neither: nothing is asked for because of an answer nobody gave.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Mapping
from functools import lru_cache

from msgspec import Struct

from hall.errors import BadCatalogue

Answer = str | tuple[str, ...]
OPEN = ("", ())
"""What stands for "not answered"."""
MAX_LENGTH = 1000
"""Characters in one condition: longer ones are not for people, and deep nesting would exhaust the parser."""

_COMPARE: dict[type[ast.cmpop], Callable[[object, object], bool]] = {
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a not in OPEN and b not in OPEN and a != b,
    ast.Lt: lambda a, b: _both_numbers(a, b) and a < b,  # type: ignore[operator]
    ast.LtE: lambda a, b: _both_numbers(a, b) and a <= b,  # type: ignore[operator]
    ast.Gt: lambda a, b: _both_numbers(a, b) and a > b,  # type: ignore[operator]
    ast.GtE: lambda a, b: _both_numbers(a, b) and a >= b,  # type: ignore[operator]
    ast.In: lambda a, b: isinstance(b, (tuple, list, frozenset)) and a in b,
    ast.NotIn: lambda a, b: isinstance(b, (tuple, list, frozenset)) and a not in OPEN and b != () and a not in b,
}


class Facts(Struct, frozen=True):
    """What a condition can ask about. ``age`` is in whole years, -1 when unknown."""

    answers: Mapping[str, Answer]
    situations: frozenset[str] = frozenset()
    applicant_kind: str = ""
    age: int = -1
    agent: bool = False


class Condition(Struct, frozen=True):
    """A parsed condition, and what it reads in order of appearance.

    ``names`` are question codes, ``constants`` pairs of a name (or ``applicant.kind``) and the word it is compared
    with, ``compared`` the names beside ``==``, ``!=`` or left of ``in``, ``searched`` those right of ``in``.
    """

    text: str
    names: tuple[str, ...]
    situations: tuple[str, ...]
    constants: tuple[tuple[str, str], ...]
    test: Callable[[Facts], bool]
    compared: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    agent: bool = False

    def __call__(self, facts: Facts) -> bool:
        return self.test(facts)


def _both_numbers(left: object, right: object) -> bool:
    return isinstance(left, (int, float)) and isinstance(right, (int, float)) and left != -1 and right != -1


@lru_cache(maxsize=16384)
def parse(text: str) -> Condition:
    """Parse a condition; the empty text is always true.

    Raises:
        BadCatalogue: the text is not in the language; ``message`` quotes the part that is not understood.
    """
    if not text.strip():
        return Condition(text, (), (), (), lambda facts: True)
    reader = _Reader(text)
    try:
        if len(text) > MAX_LENGTH:
            raise ValueError("too long")
        with warnings.catch_warnings():
            # The tokenizer warns of odd escapes; what they mean is checked here like everything else.
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip(), mode="eval").body
        value = reader.read(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _bad(text, text) from error
    return Condition(
        text,
        tuple(dict.fromkeys(reader.names)),
        tuple(dict.fromkeys(reader.situations)),
        tuple(dict.fromkeys(reader.constants)),
        lambda facts: bool(value(facts)),
        tuple(dict.fromkeys(reader.compared)),
        tuple(dict.fromkeys(reader.searched)),
        reader.agent,
    )


def holds(text: str, facts: Facts) -> bool:
    """Whether the condition ``text`` is true for ``facts``."""
    return parse(text)(facts)


_Value = Callable[[Facts], object]


class _Reader:
    """Turns a syntax tree of the language into closures, collecting what it reads."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.names: list[str] = []
        self.situations: list[str] = []
        self.constants: list[tuple[str, str]] = []
        self.compared: list[str] = []
        self.searched: list[str] = []
        self.agent = False

    def read(self, node: ast.expr) -> _Value:
        match node:
            case ast.BoolOp(op=ast.And(), values=values):
                parts = [self.read(value) for value in values]
                return lambda facts: all(part(facts) for part in parts)
            case ast.BoolOp(op=ast.Or(), values=values):
                parts = [self.read(value) for value in values]
                return lambda facts: any(part(facts) for part in parts)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = self.read(operand)
                return lambda facts: not inner(facts)
            case ast.Compare(left=left, ops=operators, comparators=rights):
                pairs = zip([left, *rights], operators, rights, strict=False)
                links = [self._compare(one, operator, other) for one, operator, other in pairs]
                return links[0] if len(links) == 1 else lambda facts: all(link(facts) for link in links)
            case ast.Call(func=ast.Name(id="situation"), args=[ast.Constant(value=str(code))], keywords=[]):
                self.situations.append(code)
                return lambda facts: code in facts.situations
            case ast.Constant(value=value) if isinstance(value, (str, int, float)):
                return lambda facts: value
            case ast.List(elts=items) | ast.Tuple(elts=items):
                members = [self.read(item) for item in items]
                return lambda facts: tuple(member(facts) for member in members)
            case ast.Name(id="agent"):
                self.agent = True
                return lambda facts: facts.agent
            case ast.Attribute(value=ast.Name(id="applicant"), attr="kind"):
                return lambda facts: facts.applicant_kind
            case ast.Attribute(value=ast.Name(id="applicant"), attr="age"):
                return lambda facts: facts.age
            case ast.Name(id=name):
                self.names.append(name)
                return lambda facts: facts.answers.get(name, "")
        raise _bad(self.text, ast.unparse(node))

    def _compare(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> _Value:
        compare = _COMPARE.get(type(operator))
        if compare is None:
            raise _bad(self.text, ast.unparse(left))
        self._note(left, right, operator)
        first, second = self.read(left), self.read(right)
        return lambda facts: compare(first(facts), second(facts))

    def _note(self, left: ast.expr, right: ast.expr, operator: ast.cmpop) -> None:
        """Remember what is compared with what, for the catalogue's check and for the reason on the checklist."""
        within = isinstance(operator, (ast.In, ast.NotIn))
        for node, other in ((left, right), (right, left)):
            match node:
                case ast.Name(id="agent"):
                    continue
                case ast.Name(id=name):
                    (self.searched if within and node is right else self.compared).append(name)
                case ast.Attribute(value=ast.Name(id="applicant"), attr="kind"):
                    name = "applicant.kind"
                case _:
                    continue
            items = other.elts if isinstance(other, (ast.List, ast.Tuple)) else [other]
            self.constants += [(name, str(item.value)) for item in items if isinstance(item, ast.Constant)]


def _bad(text: str, part: str) -> BadCatalogue:
    return BadCatalogue(
        "bad_condition",
        f"条件“{text}”中的“{part}”看不懂",
        hint="可以用：问题代码 == '选项'、'选项' in 问题代码、situation('代码')、agent、"
        "applicant.kind、applicant.age，以及 and or not",
    )
