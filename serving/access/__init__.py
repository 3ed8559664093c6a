"""Who may do what, and where: one table of roles, actions and reach. It reads nothing."""

from serving.access.permissions import check_client_can, check_may, check_school, client_can, may, may_somewhere
from serving.access.roles import (
    GRANTS,
    LEAST_TOLD,
    PURPOSE_OF_SCOPE,
    SCOPES,
    Action,
    Client,
    Reach,
    Role,
    User,
    takes_schools,
    takes_two,
)
from serving.access.sessions import Session

__all__ = [
    "GRANTS",
    "LEAST_TOLD",
    "PURPOSE_OF_SCOPE",
    "SCOPES",
    "Action",
    "Client",
    "Reach",
    "Role",
    "Session",
    "User",
    "check_client_can",
    "check_may",
    "check_school",
    "client_can",
    "may",
    "may_somewhere",
    "takes_schools",
    "takes_two",
]
