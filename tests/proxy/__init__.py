"""The proxy between a command and the models that it calls, and what libraries report of calls."""
