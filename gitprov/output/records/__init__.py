"""Texts about notes made anew, records shared, sessions swept."""
