"""Commands about notes and records: healing, reviewing, forgetting, sharing, verifying."""
