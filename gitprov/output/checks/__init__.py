"""Findings of the gates for people and programs: text, JSON, SARIF, annotations of forges, JUnit."""
