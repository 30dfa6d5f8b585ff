"""Lets the tests below find `builders`."""
