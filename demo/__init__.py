"""The demonstration: a recorded session, its replay, and a script that shows what gitprov makes of it."""
