"""Tests of the questions to registries."""
