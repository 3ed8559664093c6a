"""Which model serves: gates, preview, two people, history, and the way back."""
