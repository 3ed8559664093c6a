"""What is so about students now, from facts: tier and who set it, open evidence, clocks, order, the week, blindness.

Everybody who shows or counts students asks here: list, page, export, API, the preview of a promotion, the evaluation.
"""

from models.triage.attempts import Tries, next_school_day
from models.triage.clocks import Clock, strictest
from models.triage.evidence import SECOND_PERSON, Standing, assesses
from models.triage.facts import PAGE, ZONE, Attempt, CaseFacts, Contact, Piece, PlanStart, StudentFacts, Word, day_start
from models.triage.kept import KeptPresents
from models.triage.lots import week_of
from models.triage.order import by_deadline, in_order, rank_key, strengths_of
from models.triage.present import Present, present_of
from models.triage.queues import BY_CODE, QUEUES, Queue, stands_in
from models.triage.said import as_received, knows_of_leave, newest_of_leave, newest_said, taken_together
from models.triage.week import Week, blind_students, places, plan_week
from models.triage.words import HALF_YEAR, human_level, in_force, seen_on

__all__ = [
    "BY_CODE",
    "HALF_YEAR",
    "PAGE",
    "QUEUES",
    "SECOND_PERSON",
    "ZONE",
    "Attempt",
    "CaseFacts",
    "Clock",
    "Contact",
    "KeptPresents",
    "Piece",
    "PlanStart",
    "Present",
    "Queue",
    "Standing",
    "StudentFacts",
    "Tries",
    "Week",
    "Word",
    "as_received",
    "assesses",
    "blind_students",
    "by_deadline",
    "day_start",
    "human_level",
    "in_force",
    "in_order",
    "knows_of_leave",
    "newest_of_leave",
    "newest_said",
    "next_school_day",
    "places",
    "plan_week",
    "present_of",
    "rank_key",
    "seen_on",
    "stands_in",
    "strengths_of",
    "strictest",
    "taken_together",
    "week_of",
]
