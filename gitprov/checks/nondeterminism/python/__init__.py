"""Non-determinism in Python, from the syntax tree, with the flow inside a function."""
