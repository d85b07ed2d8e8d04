"""Programs that run inside the sandbox. No other part of gitprov imports them."""
