"""Other people's formats: trailers, declarations, foreign notes. Pure."""
