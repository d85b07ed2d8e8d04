"""One file per thing that happens: capture, stage, message, seal, blame, log, show."""
