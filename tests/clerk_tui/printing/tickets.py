"""A ticket as a PDF, a printer that listens, and what a ticket printer makes of its bytes."""

from __future__ import annotations

import io
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from reportlab.pdfgen.canvas import Canvas

from receipts.barcodes import MM, Modules, code128, qr

REFERENCE = "SL01-A1-00001-T"


def ticket(reference: str = REFERENCE, *, width_mm: float = 80, height_mm: float = 120, pages: int = 1) -> bytes:
    """A PDF with the reference as Code 128 and as QR code; each page is numbered by a black square less."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(width_mm * MM, height_mm * MM), invariant=1)
    for _ in range(pages):
        _draw(canvas, code128(reference), 0.3 * MM, 14 * MM, width_mm, (height_mm - 20) * MM)
        _draw(canvas, qr(reference), 0.75 * MM, 0.75 * MM, width_mm, (height_mm - 70) * MM)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _draw(canvas: Canvas, code: Modules, module: float, height: float, width_mm: float, bottom: float) -> None:
    left = (width_mm * MM - code.width * module) / 2
    for x, y, width, tall in code.black:
        top = bottom + (code.height - y - tall) * height
        canvas.rect(left + x * module, top, width * module, tall * height, stroke=0, fill=1)


def printed(job: bytes) -> list[np.ndarray]:
    """What comes out of an ESC/POS printer, a cut-off ticket each, black 0 and white 255. Anything but the commands
    that such printers know is an error."""
    tickets: list[np.ndarray] = []
    rows: list[np.ndarray] = []
    assert job[:2] == b"\x1b@", "begins with a reset"
    place = 2
    while place < len(job):
        if job[place : place + 4] == b"\x1dv0\x00":
            across, down = struct.unpack_from("<HH", job, place + 4)
            assert across == 72 and 0 < down <= 255
            data = np.frombuffer(job, np.uint8, across * down, place + 8).reshape(down, across)
            rows.append(np.where(np.unpackbits(data, axis=1) == 1, 0, 255).astype(np.uint8))
            place += 8 + across * down
        else:
            assert job[place : place + 3] == b"\x1dVB", job[place : place + 8]
            tickets.append(np.vstack(rows))
            rows = []
            place += 4
    assert not rows, "the last ticket is cut off"
    return tickets


Behave = Callable[[socket.socket, list[bytes]], None]


def swallow(connection: socket.socket, jobs: list[bytes]) -> None:
    """A good printer: takes everything, then closes."""
    job = bytearray()
    while chunk := connection.recv(65536):
        job += chunk
    jobs.append(bytes(job))


@contextmanager
def printer(behave: Behave = swallow) -> Iterator[tuple[int, list[bytes]]]:
    """A printer on the network that behaves like that; its port, and the jobs it took."""
    jobs: list[bytes] = []
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(30)

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(30)
                    try:
                        behave(connection, jobs)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1], jobs
        finally:
            listening.shutdown(socket.SHUT_RDWR)
    thread.join(30)


def free_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
