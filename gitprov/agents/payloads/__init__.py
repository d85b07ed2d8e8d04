"""What adapters share: the table of agents, forms of payloads, tools and their edits."""
