"""Who may do what in a hall."""

from __future__ import annotations

import typing

import pytest

from hall import roles
from hall.chain import type_of
from hall.facts import CaseAccepted, CaseNoticed, CaseRefused, Due, FactBody, NoteAdded
from hall.roles import BY_LAW, FACTS, GRANTS, NAMES, Actor, Forbidden, Permission, Role
from hall.verdict import Refusal
from tests.builders import DAY


def actor(*words: Role) -> Actor:
    return Actor(id="0001", name="周敏", roles=frozenset(words))


def test_every_fact_needs_a_permission_that_somebody_has() -> None:
    types = {kind.__struct_config__.tag for kind in typing.get_args(FactBody)}
    assert types == set(FACTS)
    assert all(GRANTS[permission] for permission in FACTS.values())


def test_every_permission_is_given_to_somebody_and_has_a_name() -> None:
    assert set(GRANTS) == set(NAMES) == set(Permission)
    assert all(GRANTS.values())


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.KIOSK, Role.ADMIN, Role.STATION])
def test_whoever_does_not_sit_at_a_window_takes_nothing_in(role: Role) -> None:
    with pytest.raises(Forbidden) as refused:
        roles.require(actor(role), Permission.RECEIVE)
    assert refused.value.code == "not_allowed"
    assert "窗口人员" in refused.value.hint


def test_a_board_may_do_nothing_but_be_a_board() -> None:
    assert [p for p in Permission if actor(Role.KIOSK).may(p)] == [Permission.BY_LAW, Permission.BOARD]


def test_an_administrator_sees_no_case() -> None:
    admin = actor(Role.ADMIN)
    assert not any(admin.may(p) for p in (Permission.VIEW, Permission.SHOW_PERSONAL, Permission.FEED, Permission.PUSH))


def test_only_a_supervisor_tells_again_what_was_to_be_seen_the_first_time() -> None:
    first = CaseNoticed(gaps=(), respond_by=DAY, article="")
    again = CaseNoticed(gaps=(), respond_by=DAY, article="", second=True, reason="漏看", known_before=("form",))
    assert roles.needed_for(first) is Permission.RECEIVE
    assert roles.needed_for(again) is Permission.NOTICE_AGAIN
    assert not actor(Role.CLERK).may(Permission.NOTICE_AGAIN)
    beyond = CaseRefused(refusal=Refusal("other", "x", basis="y"), refused=first.respond_by, article="y")
    assert roles.needed_for(beyond) is Permission.REFUSE_BEYOND
    by_the_act = CaseRefused(refusal=Refusal("not_needed", "x"), refused=first.respond_by, article="y")
    assert roles.needed_for(by_the_act) is Permission.RECEIVE, "即时告知 waits for nobody"
    assert not actor(Role.CLERK).may(Permission.REFUSE_BEYOND)
    assert actor(Role.CLERK, Role.SUPERVISOR).may(Permission.NOTICE_AGAIN)


def test_what_the_law_does_needs_nobody() -> None:
    deemed = CaseAccepted(accepted=DAY, due=Due(), article="", deemed=True)
    assert BY_LAW.may(typing.cast(Permission, roles.needed_for(deemed)))
    assert not BY_LAW.may(typing.cast(Permission, roles.needed_for(NoteAdded(text="x"))))


def test_a_fact_that_no_rule_knows_nobody_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(FACTS, type_of(NoteAdded(text="x")))
    everything = actor(*Role)
    with pytest.raises(Forbidden):
        roles.require(everything, roles.needed_for(NoteAdded(text="x")))


def test_roles_of_a_later_version_give_nothing() -> None:
    assert roles.read_roles(["clerk", "emperor"]) == {Role.CLERK}
