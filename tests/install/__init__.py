"""Installing, uninstalling, and the doctor."""
