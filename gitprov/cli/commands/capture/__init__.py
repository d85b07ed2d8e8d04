"""Commands that record what agents, scripts and programs generate."""
