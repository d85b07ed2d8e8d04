"""Versions of outputs and of prompts, on real repositories."""
