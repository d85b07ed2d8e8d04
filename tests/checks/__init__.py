"""Tests of `gitprov.checks`."""
