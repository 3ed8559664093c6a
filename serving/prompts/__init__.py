"""Where staff already are: whoever enters an absence or leave is told that somebody waits to speak with the student."""
