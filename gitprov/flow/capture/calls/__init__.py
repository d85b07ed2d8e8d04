"""Records generations that programs and people report without hooks."""
