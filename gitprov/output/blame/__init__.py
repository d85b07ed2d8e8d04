"""Answers of `git ai-blame`: columns for people, documents and counts for machines."""
