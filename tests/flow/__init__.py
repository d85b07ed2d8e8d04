"""Tests of the things that happen, one file each."""
