"""Programs of the plug-in's room that the sandbox starts."""
