"""Ticket printers on the network: those that take a paper, refuse, stall and break off in the middle."""

from __future__ import annotations

import socket
import struct
import threading
from typing import Any

import pytest

from clerk_tui.printing.network import TicketPrinter
from clerk_tui.printing.targets import PrintError
from clerk_tui.printing.ticket import escpos
from tests.clerk_tui.printing.tickets import free_port, printer, ticket


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Papers that are more than sockets hold by themselves."""
    job = b"\x1b@" + bytes(32 << 20)
    monkeypatch.setattr("clerk_tui.printing.network.escpos", lambda pdf: job)


def reset(connection: socket.socket) -> None:
    """Break off as a printer does whose plug is pulled."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_a_printer_gets_the_whole_paper_and_says_so_by_closing() -> None:
    with printer() as (port, jobs):
        assert TicketPrinter("127.0.0.1", port).put("x.pdf", ticket()) == f"tcp://127.0.0.1:{port}"
        assert jobs == [escpos(ticket())]


def test_what_a_printer_says_back_is_not_minded() -> None:
    def chatty(connection: socket.socket, jobs: list[bytes]) -> None:
        connection.sendall(b"\x14\x00\x00\x0f" * 50)
        while connection.recv(65536):
            pass
        jobs.append(b"taken")

    with printer(chatty) as (port, jobs):
        TicketPrinter("127.0.0.1", port).put("x.pdf", ticket())
        assert jobs == [b"taken"]


def test_a_printer_that_is_not_there_has_printed_nothing() -> None:
    target = TicketPrinter("127.0.0.1", free_port())
    for ask in (target.look, lambda: target.put("x.pdf", ticket())):
        with pytest.raises(PrintError) as down:
            ask()
        assert down.value.certain and down.value.code == "print_failed"
        assert "连不上" in down.value.message and down.value.hint


def test_an_address_that_nobody_has_is_to_be_looked_at_and_said_in_chinese() -> None:
    with pytest.raises(PrintError) as told:
        TicketPrinter("printer.invalid", 9100).look()
    assert "找不到这台主机" in told.value.message and "地址" in told.value.hint and "网线" not in told.value.hint


@pytest.mark.usefixtures("long")
def test_a_printer_that_stalls_may_have_printed_something() -> None:
    enough = threading.Event()

    def stall(connection: socket.socket, jobs: list[bytes]) -> None:
        connection.recv(100)
        enough.wait(30)

    with printer(stall) as (port, _jobs):
        try:
            with pytest.raises(PrintError) as lost:
                TicketPrinter("127.0.0.1", port, stall_s=0.2).put("x.pdf", b"%PDF")
        finally:
            enough.set()
    assert not lost.value.certain and lost.value.code == "print_unknown" and "%" in lost.value.message


def test_a_printer_that_takes_all_and_never_closes_leaves_it_open() -> None:
    enough = threading.Event()

    def keep_open(connection: socket.socket, jobs: list[bytes]) -> None:
        while connection.recv(65536):
            pass
        enough.wait(30)

    with printer(keep_open) as (port, _jobs):
        try:
            with pytest.raises(PrintError) as lost:
                TicketPrinter("127.0.0.1", port, stall_s=0.2).put("x.pdf", ticket())
        finally:
            enough.set()
    assert not lost.value.certain and "没有回音" in lost.value.message


@pytest.mark.usefixtures("long")
def test_a_connection_that_breaks_in_the_middle_leaves_it_open() -> None:
    def break_off(connection: socket.socket, jobs: list[bytes]) -> None:
        connection.recv(1000)
        reset(connection)

    with printer(break_off) as (port, _jobs), pytest.raises(PrintError) as lost:
        TicketPrinter("127.0.0.1", port).put("x.pdf", b"%PDF")
    assert not lost.value.certain and "断开" in lost.value.message


@pytest.mark.parametrize("when", ["_send", "_wait_for_arrival"])
def test_a_printer_that_closes_before_it_has_the_paper_leaves_it_open(when: str) -> None:
    """The paper is in the buffers of the network, and the close that is heard says nothing of it."""
    taking, closed, done = threading.Event(), threading.Event(), threading.Event()

    def early(connection: socket.socket, jobs: list[bytes]) -> None:
        connection.recv(10)
        taking.wait(30)
        connection.shutdown(socket.SHUT_WR)
        closed.set()
        done.wait(30)

    class Slow(TicketPrinter):
        def _send(self, printer: socket.socket, *rest: Any) -> int:
            sent = super()._send(printer, *rest)
            if when == "_send":
                taking.set()
                closed.wait(30)
            return sent

        def _wait_for_arrival(self, printer: socket.socket, patience: Any) -> None:
            taking.set()
            super()._wait_for_arrival(printer, patience)

    job = b"\x1b@" + bytes(60_000)
    with printer(early) as (port, _jobs):
        try:
            with pytest.raises(PrintError) as lost:
                Slow("127.0.0.1", port, raster=lambda _pdf: job).put("x.pdf", b"%PDF")
        finally:
            done.set()
    assert not lost.value.certain and lost.value.code == "print_unknown" and "断开" in lost.value.message


@pytest.mark.usefixtures("long")
def test_whoever_closes_the_counter_does_not_wait_for_a_printer() -> None:
    leave = threading.Event()

    def stall(connection: socket.socket, jobs: list[bytes]) -> None:
        connection.recv(100)
        leave.set()
        while connection.recv(1):
            leave.wait(0.2)

    # Whoever waited for the printer would outlast the test's limit.
    with printer(stall) as (port, _jobs), pytest.raises(PrintError) as lost:
        TicketPrinter("127.0.0.1", port, stall_s=3600).put("x.pdf", b"%PDF", leave=leave)
    assert not lost.value.certain


def test_a_paper_that_does_not_fit_never_reaches_the_printer() -> None:
    with printer() as (port, jobs):
        with pytest.raises(PrintError):
            TicketPrinter("127.0.0.1", port).put("x.pdf", ticket(width_mm=210))
        assert jobs == []


def test_looking_at_a_printer_prints_nothing() -> None:
    with printer() as (port, jobs):
        assert "有应答" in TicketPrinter("127.0.0.1", port).look()
        assert all(job == b"" for job in jobs)
