"""A proxy on loopback between a command and the providers of the models that it calls."""
