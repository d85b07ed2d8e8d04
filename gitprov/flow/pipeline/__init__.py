"""What a build server runs: the range of a change, and the repair after a merge."""
