"""The commands that install, examine and uninstall."""
