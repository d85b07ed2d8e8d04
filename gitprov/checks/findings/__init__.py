"""What happens to the findings of all checks alike: fingerprints, suppressing comments, the baseline."""
