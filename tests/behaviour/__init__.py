"""Tests of canonical values, their texts and their baselines."""
