"""A pseudonymised extract of what the store keeps, for training: a dataset that names nobody."""

from serving.extract.extract import Extract, make_extract, write_extract
from serving.extract.pseudonyms import Pseudonyms, kept_key, new_key

__all__ = ["Extract", "Pseudonyms", "kept_key", "make_extract", "new_key", "write_extract"]
