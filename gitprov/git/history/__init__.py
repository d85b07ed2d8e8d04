"""Git's records of commits: blame, logs, reflogs, reachability, searches, signatures, trailers."""
