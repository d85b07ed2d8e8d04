"""What is struck in the middle of its work is finished by what comes next."""
