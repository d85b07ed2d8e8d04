"""The Agent Client Protocol: a small editor and a small agent, with gitprov between them."""
