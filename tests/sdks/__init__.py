"""The vendors' own libraries, speaking to a server on loopback: what they send, and what they read."""
