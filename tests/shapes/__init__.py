"""The main path in every shape of repository."""
