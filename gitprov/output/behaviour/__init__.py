"""Texts about versions of code, baselines, drift and prompts."""
