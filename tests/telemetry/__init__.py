"""Tests of calls of models that others recorded: received, pulled, and asked for by an agent."""
