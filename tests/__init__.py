"""What is true of gitprov, one sentence a test."""
