"""Prompts as files and templates: where they are, their history, how often they change."""
