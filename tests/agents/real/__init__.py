"""Real agents at work with a scripted model server in place of a model; `make test-agents` runs them."""
