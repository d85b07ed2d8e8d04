"""Pipelines of build servers, with real git and a bare remote."""
