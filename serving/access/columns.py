"""Which field of a student's record each column of the store holds: a column without an entry is found by a test, so
that whoever adds one says who may see it (`serving.access.fields`)."""

from collections.abc import Mapping
from types import MappingProxyType

from serving.access.fields import RecordField as F

# What stands in several tables and means the same in each.
EVERYWHERE: Mapping[str, F] = MappingProxyType(
    {
        **dict.fromkeys(("student_id", "file_id", "school_id", "other_id"), F.ID),
        **dict.fromkeys(("class_id", "stage", "grade"), F.CLASS),
        **dict.fromkeys(("sex", "birth_date"), F.BIRTH),
        **dict.fromkeys(
            ("run_id", "sha256", "door", "filed_by", "client", "received_at", "recorded_on", "context", "inputs"),
            F.INTERNAL,
        ),
    }
)
HOLDS: Mapping[str, Mapping[str, F]] = MappingProxyType(
    {
        "students": {},
        "names": {"sealed": F.NAME},
        "run_strangers": {"reason": F.EVIDENCE},
        "assessments": {
            **dict.fromkeys(("tier", "screened", "tells", "model_tier", "away_since", "away_until"), F.TIER),
            **dict.fromkeys(("margin", "severity", "earlier_margin"), F.FIGURES),
            **dict.fromkeys(("assessment_id", "model_since"), F.INTERNAL),
            "payload": F.FIGURES,  # all of the assessment, of which a page shows what the table names
        },
        "evidence": {
            **dict.fromkeys(("tier", "severity"), F.TIER),
            **dict.fromkeys(("evidence", "rule"), F.CODES),
            **dict.fromkeys(
                ("text_zh", "text_en", "history", "protection", "answer", "danger", "own_concern", "lead"), F.EVIDENCE
            ),
            **dict.fromkeys(("evidence_on", "known_on"), F.EVIDENCE),
            **dict.fromkeys(("filed_id", "filed_at", "joined_at"), F.INTERNAL),
            "record": F.ANSWERS,  # a digest that tells answers to who tries them all
            "joined_to": F.ID,
        },
        "entries": {
            "record": F.ANSWERS,
            "assessment": F.FIGURES,
            **dict.fromkeys(("entry_id", "place", "asks", "joined_at"), F.INTERNAL),
            "joined_to": F.ID,
        },
        "fact_changes": {"times": F.INTERNAL},
        "changes": {"code": F.CODES, **dict.fromkeys(("seq", "made_at"), F.INTERNAL)},
        # What a platform was told; it is told the same again under its own key, and nobody else.
        "first_answers": {"answer": F.FIGURES, **dict.fromkeys(("answer_id", "request", "place"), F.INTERNAL)},
        "prompts": {
            **dict.fromkeys(("step", "entered_by", "at"), F.RINGS),
            **dict.fromkeys(("step_id", "prompt_id"), F.INTERNAL),
        },
        "inputs": {"content": F.ANSWERS},
        "consents": dict.fromkeys(("scope", "given_by", "given_on", "withdrawn_on", "valid_until"), F.CONSENT),
        "withdrawn": dict.fromkeys(("scope", "withdrawn_on"), F.CONSENT),
        "outcomes": {
            **dict.fromkeys(
                ("observed_on", "kind", "level", "interviewer", "second_interviewer", "assessed", "corrects"), F.WORDS
            ),
            **dict.fromkeys(("selection_reason", "selection_prob", "saw_score", "joined_at"), F.INTERNAL),
            "joined_to": F.ID,
        },
        "contacts": dict.fromkeys(("contacted_on", "with_whom"), F.WORDS),
        "misses": {"case": F.MISS, "half": F.MISS, "outcome": F.INTERNAL},
        "subject_keys": dict.fromkeys(("key", "pseudonym"), F.INTERNAL),
        "talks": {
            **dict.fromkeys(("how", "held_on", "step", "again_on", "outcome", "recorded_at", "recorded_by"), F.WORDS),
            **dict.fromkeys(("talk_id", "undoes"), F.INTERNAL),
            "note": F.NOTE,
        },
        "reveals": {"reveal_id": F.INTERNAL, **dict.fromkeys(("revealed_at", "revealed_by"), F.WORDS)},
        "drafts": {
            "fields": F.NOTE,
            **dict.fromkeys(("draft_id", "author", "saved_at", "claim_sha256", "form"), F.INTERNAL),
        },
        "concern_reports": {
            **dict.fromkeys(("kind", "reported_on", "source", "recorded_at", "recorded_by"), F.WORDS),
            "note": F.NOTE,
            **dict.fromkeys(("report_id", "entry_id", "undoes"), F.INTERNAL),
        },
        "explanation_views": {
            **dict.fromkeys(("said", "said_at", "said_by"), F.WORDS),
            **dict.fromkeys(("view_id", "assessment_id"), F.INTERNAL),
        },
        "case_events": {
            **dict.fromkeys(("move", "done_at", "done_by", "person", "to_school", "details"), F.CASE),
            **dict.fromkeys(("event_id", "answers", "talk_id"), F.INTERNAL),
        },
        "plans": {
            **dict.fromkeys(("kind", "fields", "written_at", "written_by"), F.PLAN),
            "plan_id": F.INTERNAL,
        },
        "restricted_notes": {
            **dict.fromkeys(("text", "written_at", "written_by"), F.RESTRICTED),
            "note_id": F.INTERNAL,
        },
        "student_links": {
            **dict.fromkeys(("kind", "subject", "happened_on", "said_at", "said_by"), F.LINK),
            **dict.fromkeys(("link_id", "group_id", "undoes"), F.INTERNAL),
        },
        "readings": {
            **dict.fromkeys(("step", "purpose", "reason", "said_at", "said_by"), F.READING),
            **dict.fromkeys(("reading_id", "answers"), F.INTERNAL),
        },
        "rings": {
            "rules": F.CODES,
            **dict.fromkeys(("since", "step", "role", "person", "rung_at"), F.RINGS),
            **dict.fromkeys(("ring_id", "call_id"), F.INTERNAL),
        },
        "duty_records": {
            **dict.fromkeys(("duty", "done_on", "result", "how", "reason", "recorded_at", "recorded_by"), F.TASKS),
            **dict.fromkeys(("record_id", "undoes"), F.INTERNAL),
        },
        "subsidy_steps": {
            **dict.fromkeys(("step", "purpose", "said_at", "said_by"), F.SUPPORT),
            "step_id": F.INTERNAL,
        },
        "booking_steps": {
            **dict.fromkeys(("step", "asker", "slot_id", "reason", "said_by"), F.BOOKING),
            **dict.fromkeys(("step_id", "booking_id", "said_at"), F.INTERNAL),
            "note": F.BOOKING_NOTE,
        },
        "corrections": {
            "said": F.BIRTH,  # a name or a birth date among them: on no page
            **dict.fromkeys(("field", "asked_by", "identity", "corrected_by"), F.BIRTH),
            **dict.fromkeys(("correction_id", "corrected_at"), F.INTERNAL),
        },
        "identity_decisions": {
            **dict.fromkeys(("kind", "reason", "decided_at", "decided_by"), F.IDENTITY),
            **dict.fromkeys(("decision_id", "undoes", "moved"), F.INTERNAL),
        },
    }
)


def field_of(table: str, column: str) -> F | None:
    """The field that a column holds; None where nobody has said."""
    return HOLDS[table].get(column) or EVERYWHERE.get(column) if table in HOLDS else None
