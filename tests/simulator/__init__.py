"""Counters, a network and a centre in one process and in virtual time: the real code, and all that can go wrong."""
