"""Real servers of observability services on loopback: `gitprov push` sends to them, and their own interface is read."""
