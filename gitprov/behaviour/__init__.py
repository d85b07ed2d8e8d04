"""What code does: canonical values, their differences, and the baselines that keep them."""
