"""From values to text: columns, colours, JSON. Pure; prints nothing."""
