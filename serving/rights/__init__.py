"""What a student or guardian may ask for, once it was checked who asks: a copy, an explanation, a correction, an
erasure."""

from serving.rights.birthdays import Birthday, birthdays
from serving.rights.datasets import learnable
from serving.rights.service import IDENTITIES, Erased, correct_student, erase_student, explain_student, export_student

__all__ = [
    "IDENTITIES",
    "Birthday",
    "Erased",
    "birthdays",
    "correct_student",
    "erase_student",
    "explain_student",
    "export_student",
    "learnable",
]
