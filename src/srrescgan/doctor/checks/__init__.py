"""The checks: from the facts of a split to problems. One file per kind, one function per check."""
