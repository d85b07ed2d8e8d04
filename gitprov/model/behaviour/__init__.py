"""Values of baselines and drift: features, outcomes of calls, replies, spending."""
