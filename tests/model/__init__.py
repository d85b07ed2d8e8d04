"""Tests of `gitprov.model`."""
