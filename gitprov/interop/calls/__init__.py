"""Calls of models as their providers' interfaces show them: requests, answers, streams of answers."""
