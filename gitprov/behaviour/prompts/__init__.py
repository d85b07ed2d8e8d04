"""Prompts as files and as templates in code: what names and versions them."""
