"""Plain frozen values and their canonical bytes, without input or output."""
