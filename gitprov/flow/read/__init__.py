"""Questions about recorded provenance: blame, log, show, status."""
