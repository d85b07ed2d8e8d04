"""Tests of what happens to the findings of all checks alike."""
