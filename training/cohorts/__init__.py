"""Who is learned from and judged by, with what was known when."""
