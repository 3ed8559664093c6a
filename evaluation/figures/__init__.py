"""Single figures with their intervals, from arrays to plain numbers."""
