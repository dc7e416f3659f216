"""How long to wait after a failure: full jitter, so that a hall's windows do not come back all at once (sync.md §4)."""

from __future__ import annotations

FIRST_S = 2.0
MOST_S = 300.0


def delay_s(failures: int, chance: float, *, at_least_s: float = 0.0) -> float:
    """Seconds to wait after ``failures`` failures in a row (1, 2, …); ``chance`` is uniform in [0, 1)."""
    ceiling = min(MOST_S, FIRST_S * 2.0 ** min(max(failures, 1), 20))
    return max(at_least_s, chance * ceiling)
