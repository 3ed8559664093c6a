"""The same training once more, with less or with other rows: what a report says of stability."""
