"""Notes and records of other tools, and the rows they become. One file for each format; pure."""
