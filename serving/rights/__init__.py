"""What a student or guardian may ask for: a copy, an explanation, erasure. Each with an identity that was checked."""

from serving.rights.service import IDENTITIES, erase_student, explain_student, export_student

__all__ = ["IDENTITIES", "erase_student", "explain_student", "export_student"]
