"""Numbers that can be trusted and looked at: methods scored, summarised, compared and shown."""
