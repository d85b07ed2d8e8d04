"""Tests of the gates, end to end."""
