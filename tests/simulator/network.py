"""The wire between a counter and the centre, and what happens to requests and replies on it."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import httpx
import msgspec

from hall import wire
from hall.wire_oversight import Contents, RetryReply
from tests.simulator.centre import Answer, Crashed

if TYPE_CHECKING:
    from tests.simulator.device import Device
    from tests.simulator.world import World

PORTALS: tuple[tuple[int, dict[str, str], bytes], ...] = (
    (200, {"content-type": "text/html"}, "<html>请先登录网络</html>".encode()),
    (200, {}, b""),
    (200, {"content-type": "application/json"}, b"{}"),
    (200, {"content-type": "application/json"}, b'{"status":"ok","acked_through":999999}'),
    (204, {}, b""),
    (302, {"location": "http://portal.invalid/login"}, b""),
    (403, {"content-type": "text/html"}, b"<html>blocked</html>"),
    (404, {}, b"not found"),
    (407, {}, b"proxy"),
)


class Line(httpx.BaseTransport):
    """What a device's client speaks into."""

    def __init__(self, world: World, device: Device, *, watching: bool = False) -> None:
        self._world = world
        self._device = device
        self._watching = watching

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request to the centre, perhaps, and its reply back, perhaps."""
        parcel = Parcel.of(request)
        status, headers, body = self._carried(parcel)
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body), request=request)

    def _carried(self, parcel: Parcel) -> tuple[int, dict[str, str], bytes]:
        world, weather = self._world, self._world.weather
        chance = world.chance
        if chance(weather.offline):
            raise httpx.ConnectError("no network")
        if chance(weather.portal):
            world.noted("portal")
            return world.rng.choice((*PORTALS, *strangers(parcel)))
        if parcel.path == "/v1/sync/contents" and chance(weather.liar):
            world.noted("contents taken by a stranger")
            return taken(parcel)
        if chance(weather.request_lost):
            raise httpx.WriteTimeout("lost on the way")
        if chance(weather.request_late):
            # The client gives up; the request arrives all the same, once or more, minutes or hours later.
            for _ in range(world.rng.randrange(1, 4)):
                world.later(world.rng.uniform(1, 3 * 3600), lambda: world.deliver_late(parcel))
            raise httpx.ReadTimeout("no reply in time")
        if chance(weather.busy):
            return 503, {"retry-after": str(world.rng.randrange(1, 60))}, b"busy"
        if chance(weather.request_cut):
            parcel = msgspec.structs.replace(parcel, body=parcel.body[: len(parcel.body) // 2])
        if chance(weather.meanwhile):
            world.meanwhile(self._device)
        try:
            if chance(weather.request_twice):
                self._hand_over(parcel)
                world.later(world.rng.uniform(0, 600), lambda: world.deliver_late(parcel))
            status, headers, body = self._hand_over(parcel)
        except Crashed:
            world.noted("centre died")
            raise httpx.ReadError("connection reset") from None
        if self._watching and chance(0.5):
            world.converse_meanwhile(self._device)
        elif chance(weather.meanwhile):
            world.meanwhile(self._device)
        if chance(weather.reply_lost):
            raise httpx.ReadTimeout("the reply was lost")
        if chance(weather.gateway):
            return world.rng.choice((500, 502, 504)), {}, b"<html>gateway</html>"
        if body and chance(weather.reply_cut):
            return status, headers, body[: world.rng.randrange(len(body))]
        return status, headers, body

    def _hand_over(self, parcel: Parcel) -> Answer:
        """To the centre, which may take only the first part of a batch."""
        world = self._world
        if parcel.path == "/v1/sync/push" and world.chance(world.weather.partial):
            parcel = first_part(parcel, world.rng.random())
        return world.deliver(parcel)


class Parcel(msgspec.Struct, frozen=True):
    """A request in bytes, as it may lie about on the way for hours."""

    method: str
    path: str
    params: dict[str, str]
    token: str
    body: bytes
    span: str = ""

    @classmethod
    def of(cls, request: httpx.Request) -> Parcel:
        """What was asked."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        span = request.headers.get("content-range", "")
        body = request.read()
        if request.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        return cls(request.method, request.url.path, dict(request.url.params), token, body, span)


def strangers(parcel: Parcel) -> list[Answer]:
    """What somebody may say who read a push: the centre was restored and has only what stands in the request."""
    if parcel.path != "/v1/sync/push":
        return []
    request = msgspec.json.decode(parcel.body, type=wire.PushRequest)
    known = request.acked or request.head
    restored = [
        wire.Problem(code="epoch_changed", message="", expected=known.seq + 1, epoch=epoch, hash=known.hash)
        for epoch in ("stranger", "E" * 300, "E" * 100_000)
    ]
    gap = wire.Problem(code="gap", message="", expected=known.seq + 1, epoch=request.epoch, hash=known.hash)
    said: list[Answer] = [(412, {}, msgspec.json.encode(each)) for each in restored]
    return [*said, (409, {}, msgspec.json.encode(gap))]


def taken(parcel: Parcel) -> Answer:
    """What somebody may say who read a fact's contents: they are taken, and what comes after it is too."""
    told = msgspec.json.decode(parcel.body, type=Contents)
    results = [
        wire.PushResult(seq=seq, status=wire.Status.APPLIED, server_seq=seq) for seq in range(told.seq, told.seq + 3)
    ]
    reply = RetryReply(
        number=1, incarnation=told.incarnation, seq=told.seq, hash=told.fact.hash, status=wire.Status.APPLIED,
        results=results,
    )  # fmt: skip
    return 200, {"content-type": "application/json"}, msgspec.json.encode(reply)


def first_part(parcel: Parcel, share: float) -> Parcel:
    """The batch as a centre under load takes it: only the first of its facts."""
    try:
        request = msgspec.json.decode(parcel.body, type=wire.PushRequest)
    except msgspec.MsgspecError:
        return parcel
    some = request.events[: max(1, int(len(request.events) * share))]
    return msgspec.structs.replace(parcel, body=msgspec.json.encode(msgspec.structs.replace(request, events=some)))
