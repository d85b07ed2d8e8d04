"""Sessions of Claude Code: their turns, plans and rewinds."""
