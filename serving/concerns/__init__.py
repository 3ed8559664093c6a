"""Reports that somebody at school makes about a student, on a page."""
