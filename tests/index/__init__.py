"""Tests of the index, of numbers and of the report."""
