"""Screens of the counter: they compose widgets and turn keys into service calls."""
