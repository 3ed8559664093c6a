"""Who is here: a user in a session."""

from dataclasses import dataclass

from serving.access.roles import User


@dataclass(frozen=True)
class Session:
    """`way` is how the user came in (`link`, `password`, `oidc`); `fresh` of who has shown lately who they are;
    `awaits_code` of who has given the first factor only and may do nothing yet."""

    user: User
    way: str
    fresh: bool
    awaits_code: bool
    has_password: bool
