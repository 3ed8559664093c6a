"""What many use cases read: plain objects go in and come out. What one alone keeps is in its own `store.py`."""

from data_schemas.roster import UNASSIGNED
from serving.store.audit import PURPOSES, AuditEvent, add_event, audit_rows, events_of, write_audit
from serving.store.before import InForce, in_force_before
from serving.store.contacts import NewContact
from serving.store.contents import Content, content_of
from serving.store.database import Store, check_reachable, open_store
from serving.store.earlier import earlier_margins
from serving.store.entries import NewEntry, ReceivedEntry, received_record, record_entries, record_entry
from serving.store.evidence import PAGE, SCORE, SCREENING, Filing
from serving.store.facts import SchoolFacts, facts_if_recorded, facts_of, history_of, listed_ids, read_at, read_school
from serving.store.files import FileOf, Whereabouts, clashes, contested, file_of, whereabouts
from serving.store.inputs import (
    Context,
    Kept,
    RunInputs,
    erase_inputs,
    find_kept,
    inputs_of,
    is_erased,
    kept_contents,
)
from serving.store.names import keep_names, load_names
from serving.store.newest_inputs import StudentInputs, newest_inputs, published_days, taken_back
from serving.store.outcomes import (
    KeptOutcome,
    NewOutcome,
    Outcome,
    outcome_row,
    outcomes_between,
    record_outcomes,
    sent_outcomes,
)
from serving.store.payload import assessment_from_json, assessment_to_json
from serving.store.runs import (
    Feed,
    Published,
    Run,
    RunFacts,
    Stranger,
    feeds_of_schools,
    make_run,
    newest_run,
    publish_run,
    withdraw_run,
)
from serving.store.state import ServiceState, last_run, service_state
from serving.store.students import (
    Student,
    Withdrawal,
    concerns_school,
    find_student,
    is_unassigned,
    school_ids,
    student_ids,
    unassigned_among,
)

__all__ = [
    "PAGE",
    "PURPOSES",
    "SCORE",
    "SCREENING",
    "UNASSIGNED",
    "AuditEvent",
    "Content",
    "Context",
    "Feed",
    "FileOf",
    "Filing",
    "InForce",
    "Kept",
    "KeptOutcome",
    "NewContact",
    "NewEntry",
    "NewOutcome",
    "Outcome",
    "Published",
    "ReceivedEntry",
    "Run",
    "RunFacts",
    "RunInputs",
    "SchoolFacts",
    "ServiceState",
    "Store",
    "Stranger",
    "Student",
    "StudentInputs",
    "Whereabouts",
    "Withdrawal",
    "add_event",
    "assessment_from_json",
    "assessment_to_json",
    "audit_rows",
    "check_reachable",
    "clashes",
    "concerns_school",
    "content_of",
    "contested",
    "earlier_margins",
    "erase_inputs",
    "events_of",
    "facts_if_recorded",
    "facts_of",
    "feeds_of_schools",
    "file_of",
    "find_kept",
    "find_student",
    "history_of",
    "in_force_before",
    "inputs_of",
    "is_erased",
    "is_unassigned",
    "keep_names",
    "kept_contents",
    "last_run",
    "listed_ids",
    "load_names",
    "make_run",
    "newest_inputs",
    "newest_run",
    "open_store",
    "outcome_row",
    "outcomes_between",
    "publish_run",
    "published_days",
    "read_at",
    "read_school",
    "received_record",
    "record_entries",
    "record_entry",
    "record_outcomes",
    "school_ids",
    "sent_outcomes",
    "service_state",
    "student_ids",
    "taken_back",
    "unassigned_among",
    "whereabouts",
    "withdraw_run",
    "write_audit",
]
