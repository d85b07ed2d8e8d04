"""Exchanges records with remotes."""
