"""报表: what meetings of the plan open, week by week, month by month, term by term and half-year by half-year."""
