"""What commands answer, as values: the documents of blame, log, show, status and heal."""
