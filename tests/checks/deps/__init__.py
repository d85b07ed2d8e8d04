"""Tests of the check of dependencies."""
