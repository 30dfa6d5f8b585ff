"""The effects: everything that talks to a database, a file, a clock or a key."""
