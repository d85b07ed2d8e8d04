"""Files that `gitprov install` writes: hooks, agents' settings, launchers, and a record of the old state."""
