"""Tests of the check of results that differ from run to run."""
