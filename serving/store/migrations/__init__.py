"""Changes of the tables, in order; `open_store` runs those that are pending."""
