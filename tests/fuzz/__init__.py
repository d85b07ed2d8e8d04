"""Histories made up at random, played against real git and real hooks, and judged by a model of their own."""
