"""The procedures behind hooks and commands: capture, evidence, commit, carry, heal, share, read and more."""
