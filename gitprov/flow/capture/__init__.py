"""Capture: turns the reports of agents into durable events in the inbox."""
