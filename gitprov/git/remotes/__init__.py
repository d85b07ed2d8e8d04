"""Remotes: fetches, pushes, objects that a partial clone lacks, refs of a forge."""
