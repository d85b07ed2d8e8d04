"""Tests of what agents say, read into values."""
