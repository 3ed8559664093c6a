"""The audit log looked at: whether it is whole, and a year of it for the yearly compliance audit."""

from serving.audit.export import export_year
from serving.audit.verify import Verified, verify_log

__all__ = ["Verified", "export_year", "verify_log"]
