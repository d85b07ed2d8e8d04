"""The doctor: problems of an installation and what mends them, one file for each subject."""
