"""Commands about versions of code, baselines, drift and prompts."""
