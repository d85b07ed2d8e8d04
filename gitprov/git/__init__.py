"""The one door to git: the only room that starts processes."""
