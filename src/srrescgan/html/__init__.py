"""HTML files that open from disk: no server, no network, no other files needed."""
