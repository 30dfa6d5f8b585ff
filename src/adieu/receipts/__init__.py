"""What a closure did, as a signed statement anyone can check, and the ledger that holds its hash.

Pure: instants, random bytes and the signer are passed in; nothing here reads a file, a clock or a database.
"""
