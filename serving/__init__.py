"""What visitors meet: the scoring API, the follow-up list, the pages, and what they keep."""
