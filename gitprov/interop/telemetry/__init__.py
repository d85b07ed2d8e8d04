"""Calls of models as other tools record them: spans, log records, and rows of observability services."""
