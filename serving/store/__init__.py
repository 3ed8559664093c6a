"""What many use cases read: plain objects go in and come out. What one alone keeps is in its own `store.py`."""

from typing import TYPE_CHECKING

from runxin.on_demand import on_demand

if TYPE_CHECKING:
    from data_schemas.roster import UNASSIGNED
    from serving.store.audit import PURPOSES, AuditEvent, add_event, add_events, audit_rows, events_of, write_audit
    from serving.store.before import InForce, in_force_before
    from serving.store.consents import Consent, taken_back, taken_back_of, whose_consents_were_sent
    from serving.store.contacts import NewContact
    from serving.store.contents import Content, content_of
    from serving.store.database import Store, check_reachable, check_usable, open_store, reseal_store
    from serving.store.duty import duty_in_force, duty_of, duty_of_schools, keep_duty
    from serving.store.earlier import earlier_margins
    from serving.store.entries import NewEntry, record_entries, record_entry
    from serving.store.erasures import erase_record, erased_among
    from serving.store.evidence import PAGE, SCORE, SCREENING, Filing
    from serving.store.fact_changes import Changes
    from serving.store.facts import SchoolFacts, read_at
    from serving.store.feeds import Feed, feeds_of_schools
    from serving.store.files import FileOf, clashes, contested, file_of, homes, id_of, student_of
    from serving.store.inputs import (
        Kept,
        ReplayContext,
        RunInputs,
        find_kept,
        inputs_of,
        is_erased,
        kept_contents,
    )
    from serving.store.names import keep_names, load_names
    from serving.store.outcome import Outcome
    from serving.store.outcomes import (
        KeptOutcome,
        NewOutcome,
        outcome_row,
        outcomes_between,
        record_outcomes,
        sent_outcomes,
    )
    from serving.store.packing import Packed, packed
    from serving.store.payload import assessment_from_json, assessment_to_json
    from serving.store.publish import Published, RunFacts, Stranger, publish_run
    from serving.store.received import ReceivedEntry, received_record
    from serving.store.rows import history_of, listed_ids
    from serving.store.runs import Run, make_run, newest_run
    from serving.store.school_facts import A_YEAR, read_school, stamp_at, stamps_at
    from serving.store.schools import (
        check_schools_known,
        is_known,
        keep_schools,
        known_school_ids,
        list_schools,
        school_names,
    )
    from serving.store.sealing import find_keyring
    from serving.store.state import ServiceState, last_run, service_state
    from serving.store.student_facts import changes_at, facts_if_recorded, facts_of, facts_once_recorded, homes_now
    from serving.store.student_inputs import StudentInputs, newest_inputs, published_days
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
    from serving.store.withdraw import withdraw_run
else:
    __getattr__ = on_demand(__name__, __file__)

__all__ = [
    "A_YEAR",
    "PAGE",
    "PURPOSES",
    "SCORE",
    "SCREENING",
    "UNASSIGNED",
    "AuditEvent",
    "Changes",
    "Consent",
    "Content",
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
    "Packed",
    "Published",
    "ReceivedEntry",
    "ReplayContext",
    "Run",
    "RunFacts",
    "RunInputs",
    "SchoolFacts",
    "ServiceState",
    "Store",
    "Stranger",
    "Student",
    "StudentInputs",
    "Withdrawal",
    "add_event",
    "add_events",
    "assessment_from_json",
    "assessment_to_json",
    "audit_rows",
    "changes_at",
    "check_reachable",
    "check_schools_known",
    "check_usable",
    "clashes",
    "concerns_school",
    "content_of",
    "contested",
    "duty_in_force",
    "duty_of",
    "duty_of_schools",
    "earlier_margins",
    "erase_record",
    "erased_among",
    "events_of",
    "facts_if_recorded",
    "facts_of",
    "facts_once_recorded",
    "feeds_of_schools",
    "file_of",
    "find_kept",
    "find_keyring",
    "find_student",
    "history_of",
    "homes",
    "homes_now",
    "id_of",
    "in_force_before",
    "inputs_of",
    "is_erased",
    "is_known",
    "is_unassigned",
    "keep_duty",
    "keep_names",
    "keep_schools",
    "kept_contents",
    "known_school_ids",
    "last_run",
    "list_schools",
    "listed_ids",
    "load_names",
    "make_run",
    "newest_inputs",
    "newest_run",
    "open_store",
    "outcome_row",
    "outcomes_between",
    "packed",
    "publish_run",
    "published_days",
    "read_at",
    "read_school",
    "received_record",
    "record_entries",
    "record_entry",
    "record_outcomes",
    "reseal_store",
    "school_ids",
    "school_names",
    "sent_outcomes",
    "service_state",
    "stamp_at",
    "stamps_at",
    "student_ids",
    "student_of",
    "taken_back",
    "taken_back_of",
    "unassigned_among",
    "whose_consents_were_sent",
    "withdraw_run",
    "write_audit",
]
