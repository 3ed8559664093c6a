"""一人一策 and the safety plan: written as forms, each version kept."""
