"""R15: facts that any version has ever sealed are read by every later one, and make the same cases."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any

import pytest

from hall.chain import Sealed, open_sealed, type_of, verify
from hall.fold import fold
from tests.reliability.golden import FOLDER, PARTS, fields_kept, kinds, lacking, state_of

FILES = sorted(FOLDER.glob("facts-v*.jsonl"))
JOURNALS = [json.loads(line) for file in FILES for line in file.read_text("utf-8").splitlines()]


def sealed_in(journal: dict[str, Any]) -> list[Sealed]:
    return [Sealed(**{part: b64decode(fact[part]) for part in PARTS}) for fact in journal["facts"]]


@pytest.mark.parametrize("journal", JOURNALS, ids=lambda journal: journal["journal"])
def test_facts_of_every_version_make_the_same_cases(journal: dict[str, Any]) -> None:
    sealed = sealed_in(journal)
    assert verify(sealed, b64decode(journal["genesis"])) == sealed[-1].hash
    facts = [open_sealed(each) for each in sealed]
    for subject, golden in journal["cases"].items():
        state = state_of(fold([fact for fact in facts if fact.header.subject == subject]))
        # A later version may say more about a case, never something else.
        assert {key: state[key] for key in golden} == golden if golden else state is None


def test_every_field_of_every_kind_of_fact_is_kept() -> None:
    kept = fields_kept(JOURNALS)
    missing = {type_of(kind): fields for kind in kinds() if (fields := lacking(kind, kept))}  # type: ignore[arg-type]
    assert not missing, f"run python -m tests.reliability.golden and commit the file; not kept: {missing}"


def test_no_field_of_a_kept_fact_is_at_its_default() -> None:
    """What is not in the bytes cannot be seen to be read."""
    for journal in JOURNALS:
        if journal["journal"].startswith("filled "):
            body = json.loads(b64decode(journal["facts"][0]["public"]))
            assert all(value not in ("", [], {}, None) for value in body.values()), journal["journal"]
