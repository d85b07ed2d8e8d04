"""Where each line of AI-written code came from, kept inside git."""

__version__ = "0.1.0"
