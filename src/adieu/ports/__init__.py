"""Small protocols, owned by the side that calls them."""
