"""The ranked follow-up list: who is first, why, and what is due."""

from serving.followup.build import build_list, follow_up_list, silent
from serving.followup.entries import Due, Entry, FollowUpList, Pupil, Section
from serving.followup.screening import Screening, in_force, may_rank, publish_screening
from serving.followup.why import why

__all__ = [
    "Due",
    "Entry",
    "FollowUpList",
    "Pupil",
    "Screening",
    "Section",
    "build_list",
    "follow_up_list",
    "in_force",
    "may_rank",
    "publish_screening",
    "silent",
    "why",
]
