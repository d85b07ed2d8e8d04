"""Claims that follow their lines from one commit to another: rewritten, picked, squashed, reset."""
