"""What pages show besides the index: findings, deltas, one change."""
