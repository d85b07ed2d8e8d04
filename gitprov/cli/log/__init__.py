"""The command line of `git ai-log`: its arguments and its help."""
