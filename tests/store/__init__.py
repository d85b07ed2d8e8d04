"""Tests of `gitprov.store`."""
