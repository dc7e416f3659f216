"""The centre over HTTP: who may ask, what bad requests get, and a page that needs nothing from outside."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hall import wire
from hall.wire_departments import SIGNATURE_HEADER, CaseTold
from tests.central.counter import Counter, encoded
from tests.central.hub import Http, Hub
from tests.journals import add_case


@pytest.fixture
def counter(hub: Hub) -> Counter:
    return hub.counter()


@pytest.fixture
def centre(hub: Hub) -> Http:
    return hub.http


def test_push_and_feed_over_http(centre: Http, counter: Counter) -> None:
    for number in (1, 2, 3):
        add_case(counter.journal, number)
    pushed = centre.post("/v1/sync/push", content=encoded(counter.request()), headers=counter.headers)
    reply = msgspec.json.decode(pushed.content, type=wire.PushReply)
    assert (pushed.status_code, reply.receipt.acked_through) == (200, 9)
    page = centre.get("/v1/sync/changes", params={"limit": 2}, headers=counter.headers)
    first = msgspec.json.decode(page.content, type=wire.ChangesReply)
    assert ([c.server_seq for c in first.changes], first.has_more) == ([3, 6], True)
    rest = centre.get("/v1/sync/changes", params={"cursor": first.next_cursor}, headers=counter.headers)
    last = msgspec.json.decode(rest.content, type=wire.ChangesReply)
    assert ([c.server_seq for c in last.changes], last.has_more) == ([9], False)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nobody"}, {"Authorization": "Basic eDp5"}])
@pytest.mark.parametrize(("verb", "path"), [("POST", "/v1/sync/push"), ("GET", "/v1/sync/changes")])
def test_nobody_unknown_reads_or_writes(centre: Http, headers: dict[str, str], verb: str, path: str) -> None:
    assert centre.request(verb, path, headers=headers, content=b"{}").status_code == 401


def test_a_hall_sees_only_its_own_cases(centre: Http, counter: Counter, hub: Hub) -> None:
    add_case(counter.journal, 1)
    centre.post("/v1/sync/push", content=encoded(counter.request()), headers=counter.headers)
    elsewhere = hub.counter("Z9", office="SL02")
    page = centre.get("/v1/sync/changes", headers=elsewhere.headers)
    assert msgspec.json.decode(page.content, type=wire.ChangesReply).changes == []


@pytest.mark.parametrize("cursor", ["other:5", "nonsense", ":", "x:-1", "x:" + "9" * 40])
def test_a_cursor_of_another_epoch_is_gone(centre: Http, counter: Counter, cursor: str) -> None:
    assert centre.get("/v1/sync/changes", params={"cursor": cursor}, headers=counter.headers).status_code == 410


def test_a_body_over_the_limit_is_refused(centre: Http, counter: Counter) -> None:
    body = b'{"proto":1,"x":"' + b"a" * wire.MAX_BODY + b'"}'
    assert centre.post("/v1/sync/push", content=body, headers=counter.headers).status_code == 413


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.binary(max_size=200) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(msgspec.json.encode))
def test_nonsense_is_a_bad_request_and_never_a_server_error(centre: Http, counter: Counter, body: bytes) -> None:
    for path in ("/v1/sync/push", "/v1/devices/enrol"):
        assert centre.post(path, content=body, headers=counter.headers).status_code == 400


def test_health_says_that_the_centre_works_and_nothing_more_to_whoever_asks(centre: Http) -> None:
    assert set(centre.get("/v1/health").json()) == {"epoch", "time_ms"}


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_a_body_that_is_nested_without_end_is_a_bad_request_on_every_route(
    centre: Http, counter: Counter, opening: str
) -> None:
    document = centre.get("/schema/openapi.json").json()
    taking = [(path, verb) for path, verbs in document["paths"].items() for verb in verbs if verb in ("post", "put")]
    assert len(taking) > 20
    for path, verb in taking:
        url = re.sub(r"{[^}]*}", "1", path)
        reply = centre.request(verb.upper(), url, content=opening.encode() * 50_000, headers=counter.headers)
        assert reply.status_code < 500, path
    for public in ("/v1/devices/enrol", "/v1/devices/rotate"):
        assert centre.post(public, content=opening.encode() * 3_000).status_code == 400


def test_the_document_says_who_may_ask_and_every_refusal(centre: Http) -> None:
    document = centre.get("/schema/openapi.json").json()
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items() if path.startswith("/v1/") else ():
            where = (path, verb)
            assert operation["description"], where
            refusals = {status: said for status, said in operation["responses"].items() if status >= "400"}
            assert refusals["503"]["headers"]["Retry-After"], where
            public = path in ("/v1/health", "/v1/devices/enrol", "/v1/devices/rotate")
            assert operation["security"] == ([] if public else [{"bearer": []}]), where
            assert public or {"401", "403"} <= set(refusals), where
            kinds = {
                said["content"]["application/json"]["schema"]["$ref"] for said in refusals.values() if verb != "head"
            }
            assert kinds <= {"#/components/schemas/Problem"}, where
    push = document["paths"]["/v1/sync/push"]["post"]["responses"]
    assert {"409", "412", "413", "415", "422", "426"} <= set(push)
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_the_document_says_what_departments_are_told(centre: Http) -> None:
    document = centre.get("/schema/openapi.json").json()
    told = document["webhooks"]["caseTold"]["post"]
    schemas = document["components"]["schemas"]
    body = told["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    answer = told["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert set(schemas[body]["properties"]) == set(CaseTold.__struct_fields__)
    assert schemas[answer]["required"] == ["taken"]
    assert SIGNATURE_HEADER in {each["name"] for each in told["parameters"]}


def test_the_page_lists_every_operation_and_loads_nothing_from_outside(centre: Http) -> None:
    page = centre.get("/").text
    document = centre.get("/schema/openapi.json").json()
    assert all(path in page for path in document["paths"])
    assert not re.search(r"https?://|<script|<link", page)
