"""What code recognizes in JavaScript and TypeScript: flow, calls, routes, logs, credentials."""
