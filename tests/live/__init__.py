"""With tools that are installed from outside; `make test-live` gets them. Skipped otherwise."""
