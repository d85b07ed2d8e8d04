"""Adapters of coding agents: payloads and transcripts in, plain values out, nothing read or written."""
