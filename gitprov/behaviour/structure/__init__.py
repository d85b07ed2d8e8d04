"""Structure of source code: its definitions, and what differs between the definitions of two versions."""
