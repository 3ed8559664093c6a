"""一生一档: one student's page."""
