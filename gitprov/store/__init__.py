"""Gitprov's data on disk and in refs: inbox, generations, notes, configuration."""
