"""Commands that run without typer, and the list of all commands, for the command lines that are used most."""
