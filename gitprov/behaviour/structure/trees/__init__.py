"""Definitions of JavaScript, TypeScript and Rust files, read from syntax trees of ast-grep."""
