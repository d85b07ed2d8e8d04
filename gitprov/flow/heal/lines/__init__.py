"""Finds the origin of single lines: restored with a file, reformatted, or not claimed by a commit's note."""
