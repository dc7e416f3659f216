"""Widgets of the counter: each paints its own lines, so that a key changes only what it changed."""
