"""All access to git; the only room that starts processes."""
