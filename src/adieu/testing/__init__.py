"""Public fakes for tests, and the contract suite a store must pass."""
