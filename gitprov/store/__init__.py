"""What gitprov keeps on disk and in refs: inbox, generations, notes, configuration."""
