"""The web page: what a counselor and an administrator see, from plain objects, without a session or a database."""

from serving.web.app import make_web
from serving.web.desk import Account, Desk, Role, Run, School, ServiceState, StudentFile, Visitor

__all__ = ["Account", "Desk", "Role", "Run", "School", "ServiceState", "StudentFile", "Visitor", "make_web"]
