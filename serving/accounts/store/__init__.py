"""What accounts and ways in keep."""

from serving.accounts.store.users import UserRow, find_user, list_users

__all__ = ["UserRow", "find_user", "list_users"]
