"""Who may do what: roles, permissions, ways in, API keys, and reads that leave a trace."""

from serving.access.accounts import (
    create_link,
    create_user,
    set_password,
    sign_in,
    sign_out,
    use_link,
    user_of_session,
)
from serving.access.keys import create_key, revoke_key, verify_key
from serving.access.permissions import (
    check_client_can,
    check_user_can_manage_keys,
    check_user_can_manage_users,
    check_user_can_see_list,
    check_user_can_see_names,
    check_user_can_see_service,
    check_user_can_see_student,
    client_can,
    user_can_manage_keys,
    user_can_manage_users,
    user_can_see_list,
    user_can_see_names,
    user_can_see_service,
    user_can_see_student,
)
from serving.access.records import StudentRecord, note_client_read, open_list, open_student
from serving.access.roles import SCOPES, Client, Role, User
from serving.store import list_keys, list_users

__all__ = [
    "SCOPES",
    "Client",
    "Role",
    "StudentRecord",
    "User",
    "check_client_can",
    "check_user_can_manage_keys",
    "check_user_can_manage_users",
    "check_user_can_see_list",
    "check_user_can_see_names",
    "check_user_can_see_service",
    "check_user_can_see_student",
    "client_can",
    "create_key",
    "create_link",
    "create_user",
    "list_keys",
    "list_users",
    "note_client_read",
    "open_list",
    "open_student",
    "revoke_key",
    "set_password",
    "sign_in",
    "sign_out",
    "use_link",
    "user_can_manage_keys",
    "user_can_manage_users",
    "user_can_see_list",
    "user_can_see_names",
    "user_can_see_service",
    "user_can_see_student",
    "user_of_session",
    "verify_key",
]
