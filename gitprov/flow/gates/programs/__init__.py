"""Programs that the gates start, and the advisories that they give."""
