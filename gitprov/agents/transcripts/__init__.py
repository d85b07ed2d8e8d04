"""Readers of what agents keep on disk about their sessions: the edits in it, each with its prompt. Pure."""
