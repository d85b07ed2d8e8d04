"""The configuration: its values, the checks of each, the policy, patterns of paths."""
