"""Later students held against the training population, from counts."""
