"""Prompt files and templates in code."""
