"""Versions of outputs and of prompts: questions that need the repository."""
