"""From labelled rows to a calibrated model, chosen among candidates."""
