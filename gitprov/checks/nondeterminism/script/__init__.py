"""Non-determinism in JavaScript and TypeScript, from the tree of ast-grep."""
