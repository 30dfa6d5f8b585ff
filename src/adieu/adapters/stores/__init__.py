"""Stores: one module a kind, one shared compiler from plan to statements."""
