"""Ways to confine a program, by what the host offers."""
