"""How facts get to the centre and the hall's cases come back (sync.md). Only this package speaks HTTP."""
