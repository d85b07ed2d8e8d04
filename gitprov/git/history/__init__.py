"""What git knows of commits: blame, logs, reflogs, reachability, searches, signatures, trailers."""
