"""Notes that commits lack, made anew from what git and the clone still know."""
