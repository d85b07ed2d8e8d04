"""Matches of lines by what they hold: moved lines, moved blocks, reworded lines."""
