"""Facts as they were sealed once and must be read for ever: ``tests/data/facts-v1.jsonl``, one journal a line.

``python -m tests.reliability.golden`` adds a line for every kind of fact and every field of one that no line has yet,
with each of its fields filled. The facts of a line that is there are never changed: a citizen's papers of that year are
made of such bytes. What the fold makes of them may be, where a rule of the fold was put right.
"""

from __future__ import annotations

import datetime as dt
import json
import types
import typing
from base64 import b64decode, b64encode
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec

from hall import facts as f
from hall.adoption import Standing
from hall.case import Case
from hall.chain import SCHEMA_V, genesis, seal, type_of
from hall.facts import Header
from hall.fold import fold
from hall.verdict import Refusal, Tick, TickState, gaps_of
from tests.builders import DAY, PRESENT, ROWS, received

FOLDER = Path(__file__).resolve().parents[1] / "data"
FILE = FOLDER / f"facts-v{SCHEMA_V}.jsonl"
PARTS = ("header", "public", "personal", "salt", "personal_hash", "hash")
LATER = dt.date(2026, 9, 25)
MISSING = Tick(TickState.MISSING)
PEOPLE = f.Personal(
    applicant=f.Applicant(kind="citizen", name="张三", id_type="resident_id", id_number="110101188001010011"),
    fields={"shop": "好味餐馆"},
)
_GAPS = gaps_of(ROWS, {"form": PRESENT, "id": MISSING})
_LACKING = received({"form": PRESENT, "id": MISSING})
_ACCEPTED = f.CaseAccepted(accepted=DAY, due=f.Due(promised=LATER, statutory=LATER), article="第五项")
_NOTICED = f.CaseNoticed(gaps=_GAPS, respond_by=LATER, article="第四项")


def kinds() -> tuple[type[f.Body], ...]:
    """Every kind of fact there is."""
    return typing.get_args(f.FactBody)


def filled(kind: Any, name: str = "") -> Any:
    """A value of this type with nothing left at its default."""
    if name == "standing":
        return msgspec.to_builtins(filled(Standing))
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return filled(next(each for each in inside if each is not type(None)), name)
    if origin is typing.Annotated:
        return filled(inside[0], name)
    if origin is typing.Literal:
        return inside[-1]
    if origin is tuple:
        return tuple(filled(each, name) for each in inside if each is not ...)
    if origin in (dict, typing.get_origin(typing.Mapping[str, str])):
        return {"code": filled(inside[1], name)}
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        hints = typing.get_type_hints(kind, include_extras=True)
        values = {each: filled(hints[each], each) for each in kind.__struct_fields__}
        said = {each.name: False for each in msgspec.structs.fields(kind) if each.default is True}
        return kind(**values | said)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    return {str: f"示例{name}", int: 3, bool: True, float: 1.5, dt.date: LATER, bytes: b"\x01"}[kind]


def state_of(case: Case | None) -> Any:
    """A case as the file keeps it: everything but what is made for those who look at it today, the words of its
    timeline and which of its lines a supervisor is to see."""
    state = json.loads(msgspec.json.encode(case))
    for line in state["timeline"] if state else ():
        del line["text"]
        line.pop("alert", None)
    return state


def journal(name: str, bodies: Sequence[tuple[str, f.FactBody]]) -> dict[str, Any]:
    """A journal of facts (subject, body) as a line of the file, with the cases that they make."""
    previous = start = genesis("device-1", "A1", bytes(32))
    sealed, facts = [], []
    for seq, (subject, body) in enumerate(bodies, 1):
        header = Header(
            event_id=f"{name}-{seq}",
            type=type_of(body),
            schema_v=SCHEMA_V,
            device="device-1",
            incarnation="A1",
            seq=seq,
            actor="007",
            at_ms=1_790_000_000_000 + seq,
            day=DAY,
            subject=subject,
        )
        first = isinstance(body, (f.CaseReceived, f.InquiryAnswered, f.CaseAdopted, f.FormFilled))
        fact = f.Fact(header=header, body=body, personal=PEOPLE if first else None)
        sealed.append(seal(fact, previous, bytes(range(16))))
        facts.append(fact)
        previous = sealed[-1].hash
    subjects = list(dict.fromkeys(subject for subject, _ in bodies))
    cases = {subject: fold([each for each in facts if each.header.subject == subject]) for subject in subjects}
    return {
        "journal": name,
        "genesis": b64encode(start).decode(),
        "facts": [{part: b64encode(getattr(each, part)).decode() for part in PARTS} for each in sealed],
        "cases": {subject: state_of(case) for subject, case in cases.items()},
    }


def ways() -> list[tuple[str, f.FactBody]]:
    """Every way a case can go, as it went at the counters of this version."""
    notice = f.PaperIssued(paper_id="p-1", kind="procedure", number="SL01-A1-00001-X/P1", day=DAY)
    whole: list[f.FactBody] = [
        _LACKING, _NOTICED,
        f.CaseSupplemented(ticks={"id": PRESENT}, handed_in=LATER, complete=True), _ACCEPTED,
        f.ProcedureAnnounced(name="听证", days=20, starts=LATER, basis="行政许可法第四十六条"), notice,
        f.ProcedureStarted(name="听证", days=20, starts=LATER, notice_paper="p-1"),
        f.ProcedureEnded(name="听证", ends=LATER),
        filled(f.LimitExtended), filled(f.CaseDecided), filled(f.FeeDemanded), filled(f.PapersServed),
        filled(f.ResultDelivered), f.PaperReprinted(paper_id="p-1", nth=1, reason="污损"),
        f.PersonalShown(fields=("phone",), reason="核对"), f.NoteAdded(text="备注"),
        f.CaseClosed(how="filed", day=LATER),
    ]  # fmt: skip
    refusal = Refusal(ground="other", reason="不属于许可事项")
    others: dict[str, list[f.FactBody]] = {
        "tolerated": [_LACKING, filled(f.CaseTolerated), f.CaseSupplemented(ticks={}, handed_in=LATER, complete=False)],
        "refused": [_LACKING, f.CaseRefused(refusal=refusal, refused=DAY, article="第一项")],
        "corrected": [_LACKING, f.CaseCorrected(corrections=_GAPS, article="第三项"), _ACCEPTED],
        "deemed": [_LACKING, msgspec.structs.replace(_ACCEPTED, deemed=True)],
        "withdrawn": [received(), f.CaseClosed(how="withdrawn", day=LATER, reason="申请人撤回")],
        "twice": [received(), received(), _NOTICED, _NOTICED, _ACCEPTED, _ACCEPTED],
    }
    told = [("whole", body) for body in whole]
    return told + [(subject, body) for subject, bodies in others.items() for body in bodies]


def fields_kept(journals: Sequence[Any]) -> dict[str, set[str]]:
    """Which fields of each type of fact stand in the journals that fill them."""
    kept: dict[str, set[str]] = {}
    for each in journals:
        if each["journal"].startswith("filled "):
            body = json.loads(b64decode(each["facts"][0]["public"]))
            kept.setdefault(body.pop("type"), set()).update(body)
    return kept


def lacking(kind: type[f.Body], kept: dict[str, set[str]]) -> list[str]:
    """The fields of a kind of fact that no journal has."""
    return [name for name in kind.__struct_fields__ if name not in kept.get(type_of(kind), set())]  # type: ignore[arg-type]


def main() -> None:
    """Add what is not in the file yet."""
    lines = FILE.read_text("utf-8").splitlines() if FILE.exists() else []
    journals = [json.loads(line) for line in lines]
    known = {each["journal"] for each in journals}
    kept = fields_kept(journals)
    wanted = {"ways": ways()}
    for kind in kinds():
        name = type_of(kind)  # type: ignore[arg-type]
        if more := lacking(kind, kept):
            name += f" with {', '.join(more)}" if name in kept else ""
            body = filled(kind)
            wanted[f"filled {name}"] = [("alone", body), ("begun", received()), ("begun", body)]
    added = [journal(name, bodies) for name, bodies in wanted.items() if name not in known]
    lines += [json.dumps(each, ensure_ascii=False, sort_keys=True) for each in added]
    FILE.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    print(f"{len(added)} journals added to {FILE.name}")


if __name__ == "__main__":
    main()
