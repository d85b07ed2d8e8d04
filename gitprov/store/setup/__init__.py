"""Files that installing writes: hooks, settings of agents, launchers, and the record of what was there."""
