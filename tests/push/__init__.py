"""Tests of what is pushed to collectors and services."""
