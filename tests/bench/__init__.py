"""How quick the counter is, as ratios against yardsticks taken in the same run: ``python -m tests.bench``."""
