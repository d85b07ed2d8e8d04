"""From an agent's report to durable events in the inbox."""
