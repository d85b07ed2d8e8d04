"""The commands of `gitprov`, one file each."""
