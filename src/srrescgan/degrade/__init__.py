"""lr pictures made from hr pictures, with a manifest that says how."""
