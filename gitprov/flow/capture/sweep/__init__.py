"""The sweep: edits that no hook reported, read from what agents keep on disk about their sessions."""
