"""HTML files that open from disk: no server, no network, nothing beside them."""
