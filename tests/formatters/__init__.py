"""Snippets in ugly layout, what real formatters make of them, and what the arithmetic says of each pair."""
