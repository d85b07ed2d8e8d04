"""Structure of source code, language by language."""
