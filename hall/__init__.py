"""The hall's rules, pure: matters, checklist, cases, clocks, identity, journal facts and their hashing.

Nothing here does I/O, reads a clock, or knows Textual, HTTP, SQL or PDF: every input is an argument.
"""
