"""Answers about versions of code: comparisons, grades, prompts, restored files."""
