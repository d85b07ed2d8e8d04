"""Readers of files that name packages: one file format each, from text to dependencies with their lines."""
