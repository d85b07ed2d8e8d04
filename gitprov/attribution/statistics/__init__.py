"""Numbers about the lines of many commits: shares with coverage, deltas, survival."""
