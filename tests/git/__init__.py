"""Tests of the one door to git."""
