"""Copies of everything that Runxin keeps, and the way back from one."""

from serving.backup.service import Restored, make_backup, restore_backup

__all__ = ["Restored", "make_backup", "restore_backup"]
