"""Finds secrets in prompts, outputs and edits, and replaces them before anything is kept in git."""
