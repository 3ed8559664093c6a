"""一生一档: one student."""

from serving.student.service import StudentFile, open_student

__all__ = ["StudentFile", "open_student"]
