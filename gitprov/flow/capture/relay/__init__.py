"""Stands between an editor and its agent, and records what passes."""
