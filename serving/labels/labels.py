"""Labels from the store. They come from the table of outcomes alone: never from an assessment, a tier or a margin."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from data_schemas.instruments import Words
from serving.labels.reason import checked_reason
from serving.store import AuditEvent, Outcome, Store, outcomes_between, student_ids, write_audit

READ = "labels.read"
NOT_LABELS = (
    Words(
        zh="模型给出的等级、概率和次序都不是标签，无论是否有人看过",
        en="tiers, probabilities and ranks that a model gave are no labels, whoever has looked at them",
    ),
    Words(
        zh="对理由的「同意」或「不同意」只是对解释的反馈，不是标签",
        en="agree or disagree is feedback on an explanation, no label",
    ),
    Words(
        zh="没有访谈就没有标签；没有标签不等于没有需要",
        en="not interviewed is unlabelled, which is not negative",
    ),
)


@dataclass(frozen=True)
class LabelRow:
    """One structured outcome. `cannot_weigh` says what it lacks for a weight by its chance of having been seen:
    `stream` or `probability`; None where nothing."""

    outcome: Outcome
    school_id: str
    from_run: bool

    @property
    def cannot_weigh(self) -> str | None:
        if self.outcome.selection_reason is None:
            return "stream"
        return None if self.outcome.selection_prob else "probability"


@dataclass(frozen=True)
class Labels:
    """`unlabelled` of `students` have no outcome in the period; `not_blind` routine interviews were held by somebody
    who had seen the score."""

    first: date | None
    last: date | None
    labels: tuple[LabelRow, ...]
    students: int
    unlabelled: int

    @property
    def by_stream(self) -> dict[tuple[str, str | None, int], int]:
        """Counts by kind, stream and level."""
        found = Counter((one.outcome.kind, one.outcome.selection_reason, one.outcome.level) for one in self.labels)
        return dict(found)

    @property
    def unweighable(self) -> dict[str, int]:
        found = Counter(one.cannot_weigh for one in self.labels)
        return {lack: found[lack] for lack in ("stream", "probability")}

    @property
    def not_blind(self) -> int:
        return sum(one.outcome.selection_reason == "audit" and one.outcome.saw_score is True for one in self.labels)


def read_labels(
    store: Store,
    now: datetime,
    actor: str,
    reason: str,
    first: date | None = None,
    last: date | None = None,
    school_id: str | None = None,
) -> Labels:
    """Outcomes observed from the first to the last day, by day. Individual records are read: the reading is put in the
    trail before, with its reason. Raises `UserError` where none is given."""
    write_audit(store, AuditEvent(now, actor, READ, "model_training", school_id, checked_reason(reason)))
    kept = outcomes_between(store, first, last)
    labels = tuple(
        LabelRow(one.outcome, one.school_id, one.run_id is not None)
        for one in kept
        if school_id is None or one.school_id == school_id
    )
    students = student_ids(store, school_id)
    return Labels(first, last, labels, len(students), len(students - {one.outcome.student_id for one in labels}))
