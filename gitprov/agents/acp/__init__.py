"""The Agent Client Protocol between an editor and its agent."""
