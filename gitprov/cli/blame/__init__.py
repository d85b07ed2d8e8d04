"""The command line of `git ai-blame`: its arguments, its help, its printer."""
