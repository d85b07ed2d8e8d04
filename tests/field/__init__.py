"""What people reported of tools of this kind, as small scripts that play it and say `right` or `WRONG`."""
