"""What is wrong with an installation, and what mends it: one file for each subject."""
