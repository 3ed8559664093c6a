"""What is said about one student on one day: the answer that lists, pages and the API are made of."""

from dataclasses import dataclass
from datetime import date

from data_schemas.codes import Tier
from data_schemas.instruments import Words

GROUPS = ("questionnaire", "leave", "family", "concern", "context")


@dataclass(frozen=True)
class Reason:
    """One contribution to the margin, in log-odds, with the student's own number in a sentence."""

    feature: str
    group: str
    value: float | None
    contribution: float
    text: Words


@dataclass(frozen=True)
class Floor:
    """Open evidence: a rule met by a sheet, a report or an event that no named person has assessed yet.

    `evidence` is a stable key (rule, kind, day), so that the same evidence opens once. `evidence_on` is the day of the
    sheet or report, `known_on` the day it came in: only who spoke with the student then or later has assessed it.
    `severity` orders evidence within a tier, higher first; 0 is no safety evidence. `history` marks a sheet that was
    older than its recall window when it arrived: it is cleared by a person without a clock of minutes. `protection`
    locks any notice to guardians.
    """

    id: str
    tier: Tier
    evidence: str
    evidence_on: date
    known_on: date
    severity: int
    text: Words
    history: bool = False
    protection: bool = False


@dataclass(frozen=True)
class InstrumentResult:
    """The newest sheet of one questionnaire. `total` is None where too many answers are blank."""

    code: str
    name: Words
    administered_on: date
    total: float | None
    least: float
    band: Words | None
    band_code: str | None
    valid: bool
    prorated: bool
    n_missing: int
    critical_status: str
    suicidality_covered: bool
    current: bool
    previous_total: float | None = None
    previous_on: date | None = None


@dataclass(frozen=True)
class Retest:
    """A questionnaire to be repeated, or a skipped critical answer to be asked in person."""

    instrument: str
    why: str  # "unscored" | "critical_blank" | "stale"
    text: Words


@dataclass(frozen=True)
class DataQuality:
    """`confidence` is low where something that the tier rests on is missing, stale or unscored."""

    confidence: str  # "ok" | "low"
    retest: tuple[Retest, ...] = ()
    missing: tuple[str, ...] = ()  # sources without current data: an instrument's code, "leave", "family", "concern"


@dataclass(frozen=True)
class ModelStatus:
    """Which model spoke. `status` is `none` where no model may rank here, `unavailable` where it failed to load."""

    name: str | None
    version: str | None
    policy: str
    data_origin: str | None
    status: str  # "ok" | "none" | "unavailable"


@dataclass(frozen=True)
class Assessment:
    """One student as of one day. Margin and base value are log-odds; contributions sum to margin − base value."""

    student_id: str
    as_of: date
    tier: Tier
    tier_source: str  # "model" | "floor" | "human"
    own_tier: Tier  # the tier without its open floors: what holds once they are assessed
    own_source: str  # "model" | "human"
    confirmed: bool  # a person has set or confirmed the tier
    probability: float | None
    margin: float | None
    base_value: float | None
    reasons: tuple[Reason, ...]
    group_contributions: dict[str, float] | None
    floors: tuple[Floor, ...]
    instruments: tuple[InstrumentResult, ...]
    data_quality: DataQuality
    model: ModelStatus
    screened: bool  # there is a current, scored sheet
    severity: float  # share of the highest possible questionnaire total, for ordering without a model
    changed_on: date | None = None  # newest evidence
    last_interview_on: date | None = None
