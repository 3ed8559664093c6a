"""A later run held against what a model was trained on."""
