"""Benches against the hand-written limit; run by hand with `make bench`, never part of the tests."""
