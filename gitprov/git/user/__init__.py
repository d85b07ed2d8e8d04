"""The user's call and settings of git: the command that runs a hook, the pager, colours, hook paths."""
