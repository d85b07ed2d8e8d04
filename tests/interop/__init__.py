"""Tests of `gitprov.interop`."""
