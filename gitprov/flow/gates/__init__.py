"""The gates: which lines a model brought in, judged by the checks."""
