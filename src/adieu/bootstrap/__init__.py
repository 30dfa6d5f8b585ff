"""The only place where settings, adapters and use cases meet."""

from adieu.bootstrap.house import House, make_keys, open_house, open_map, open_schemas

__all__ = ["House", "make_keys", "open_house", "open_map", "open_schemas"]
