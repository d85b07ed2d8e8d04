"""Notes of commits: their rows, what commits used of events, the merge of notes trees."""
