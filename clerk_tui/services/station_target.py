"""``station:NAME``: to the hall's print station through the centre; ``station:`` to any."""

from __future__ import annotations

from threading import Event

from clerk_tui.printing.targets import PrintError
from clerk_tui.sync import prints
from clerk_tui.sync.asking import Centre, Refused, Unreachable


class StationTarget:
    """A print station. A paper is handed over when the centre has it; what became of it is asked later.

    The centre is asked first whether it is there: where it is not, nothing was sent and the paper may go elsewhere.
    """

    def __init__(self, centre: Centre, station: str) -> None:
        self._centre, self._station = centre, station

    def put(self, name: str, pdf: bytes, *, leave: Event | None = None) -> str:
        """Hand over the paper: the same name again is the same job, so a lost answer doubles nothing."""
        self.look()
        try:
            with self._centre:
                prints.put(self._centre, name, pdf, self._station)
        except Unreachable as error:
            raise PrintError("中心没有回音，不知道文书交到打印台没有", "网络恢复后会自己查清", certain=False) from error
        except Refused as refused:
            raise PrintError(refused.message, "改送别处，或者联系管理员") from refused
        return f"station:{self._station}/{name}"

    def look(self) -> str:
        """Whether the centre answers."""
        try:
            with self._centre:
                prints.states(self._centre, ())
        except Unreachable as error:
            raise PrintError("联系不上中心，交不到打印台", "检查网络；紧急的改送别处") from error
        except Refused as refused:
            raise PrintError(refused.message, "请管理员检查本机在中心的登记") from refused
        return "经中心交打印台打印"
