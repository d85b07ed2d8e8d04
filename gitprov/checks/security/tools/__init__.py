"""What other security tools report (ruff, bandit, semgrep), read as findings of the security check."""
