"""How long to wait after a failure: full jitter, so that a hall's windows do not come back all at once (sync.md §4)."""

from __future__ import annotations

from typing import Final

FIRST_S: Final = 2.0
MOST_S: Final = 300.0
BUDGET: Final = 10.0
EARNED: Final = 0.1


def delay_s(failures: int, chance: float, *, at_least_s: float = 0.0) -> float:
    """Seconds to wait after ``failures`` failures in a row (1, 2, …); ``chance`` is uniform in [0, 1)."""
    ceiling = min(MOST_S, FIRST_S * 2.0 ** min(max(failures, 1), 20))
    return max(at_least_s, chance * ceiling)


class Budget:
    """How many retries are left: each success earns a tenth of one, so that retries stay a tenth of the traffic; when
    they are used up, the next waits as long as there is (``MOST_S``)."""

    def __init__(self) -> None:
        self._left = BUDGET

    def success(self) -> None:
        """A request was answered."""
        self._left = min(BUDGET, self._left + EARNED)

    def wait_s(self, failures: int, chance: float, *, at_least_s: float = 0.0) -> float:
        """Seconds to wait before the next try, which this pays for."""
        if self._left < 1.0:
            return max(at_least_s, MOST_S * (0.5 + chance / 2))
        self._left -= 1.0
        return delay_s(failures, chance, at_least_s=at_least_s)
