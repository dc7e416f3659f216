"""The counter's own database: the journal, and the tables that are made from it."""
