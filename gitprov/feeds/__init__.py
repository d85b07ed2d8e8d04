"""Registries of packages: their addresses, from each ecosystem's own configuration, and questions to them."""
