"""The ranked follow-up list: who is first, why, and what is due."""

from serving.today.build import build_list, follow_up_list, silent, why_unplaced
from serving.today.due import due_of
from serving.today.entries import Due, Entry, FollowUpList, Student

__all__ = [
    "Due",
    "Entry",
    "FollowUpList",
    "Student",
    "build_list",
    "due_of",
    "follow_up_list",
    "silent",
    "why_unplaced",
]
