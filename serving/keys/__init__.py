"""API keys of platforms: made once, shown once, verified at every request."""

from serving.keys.service import create_key, key_id_of, revoke_key, rotate_key, verify_key
from serving.keys.store import KeyRow, list_keys

__all__ = ["KeyRow", "create_key", "key_id_of", "list_keys", "revoke_key", "rotate_key", "verify_key"]
