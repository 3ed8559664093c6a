"""What data look like: tables, codes, questionnaires, calendar, and the way in from a platform's files."""
