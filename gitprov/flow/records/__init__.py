"""Care of what is recorded: verifying, reviewing, forgetting."""
