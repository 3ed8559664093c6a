"""Every table of the database: those of a slice's own are known once the slice is imported."""

import serving.app
import serving.work
from serving.store.tables import metadata

__all__ = ["metadata", "serving"]
