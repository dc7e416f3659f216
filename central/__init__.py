"""The centre: stores what counters send, folds it into cases with the hall's own code, and feeds it to every window."""
