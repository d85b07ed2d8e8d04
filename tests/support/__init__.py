"""A sealed home, a real repository and an agent that behaves as the real one: what tests are told with."""
