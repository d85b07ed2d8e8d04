"""Records exchanged with remotes."""
