"""Data map + schema -> plan. Pure."""
