"""Reports in a real browser; `make test-web` runs these."""
