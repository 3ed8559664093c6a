"""From a dataset to a promoted model."""
