"""The process that makes papers: ``python -m clerk_tui.printing.worker``, orders in, papers out, until its input ends.

Each message is a MessagePack map behind its length (four bytes, big-endian). Nothing is written down here: no log, no
file but the fonts' own cache. Of an error of the program it tells type and places, never values.
"""

from __future__ import annotations

import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from hall.errors import HallError
from receipts.document import Rendered
from receipts.forms import Form


class Order(msgspec.Struct, omit_defaults=True):
    """A document (as JSON) to be drawn in ``form``, or else a ``pdf`` to be made a ticket printer's job."""

    document: bytes = b""
    form: Form = "a4"
    pdf: bytes = b""


class Answer(msgspec.Struct, omit_defaults=True):
    """What became of an order. ``error`` is (code, message, field, hint), ``crash`` where the program failed."""

    rendered: Rendered | None = None
    job: bytes = b""
    error: tuple[str, str, str, str] | None = None
    crash: str = ""


def fill(order: Order) -> Answer:
    """Make what is ordered; whatever goes wrong is in the answer."""
    try:
        if order.pdf:
            from clerk_tui.printing.ticket import escpos

            return Answer(job=escpos(order.pdf))
        from receipts.document import decode
        from receipts.render import render

        return Answer(rendered=render(decode(order.document), form=order.form))
    except HallError as error:
        return Answer(error=(error.code, error.message, error.field or "", error.hint))
    except Exception as error:
        places = (f"{Path(at.filename).name}:{at.lineno}" for at in traceback.extract_tb(error.__traceback__))
        return Answer(crash=f"{type(error).__name__} {' '.join(places)}")


def serve(orders: BinaryIO, answers: BinaryIO) -> None:
    """Answer orders one after the other."""
    from receipts.render import warm_up

    with suppress(HallError):  # where the fonts are not there, each order says so
        warm_up()
    while len(head := orders.read(4)) == 4:
        order = msgspec.msgpack.decode(orders.read(int.from_bytes(head, "big")), type=Order)
        answer = msgspec.msgpack.encode(fill(order))
        answers.write(len(answer).to_bytes(4, "big") + answer)
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
