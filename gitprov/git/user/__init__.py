"""How git was called and set up by its user: the command above a hook, the pager, colours, hook paths."""
