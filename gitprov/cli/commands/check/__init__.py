"""`gitprov check`: the gates on what models brought in. Each check is one command of its own."""
