"""The facts of a whole school and of each student alone are the same, whatever came in and in whatever order."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from data_schemas.codes import Tier
from models.assessment import Assessment, DataQuality, Retest, Task
from models.triage import ZONE, StudentFacts
from serving.store import NewContact, NewEntry, Store, facts_of, homes, listed_ids, read_school, record_entry
from serving.store.files import file_of
from serving.store.kept_schools import KeptSchools
from tests.examples import examples
from tests.factories import AS_OF, NOW, assessment, floor, lead, publish, student, tell, word, words
from tests.new_stores import new_store

SCHOOLS = ("school-01", "school-02")
STUDENTS = ("S-1", "S-2")
TODAY = AS_OF + timedelta(days=30)
TIERS = st.sampled_from([None, Tier.ROUTINE, Tier.WATCH, Tier.PRIORITY])


@dataclass(frozen=True)
class Listed:
    """A screening of one school; `ago` counts its days before the newest that may be."""

    ago: int
    school: str
    said: tuple[Assessment, ...]


@dataclass(frozen=True)
class Sent:
    school: str
    said: Assessment
    contact: bool


@dataclass(frozen=True)
class Told:
    student: str
    level: int


@st.composite
def assessments(draw: st.DrawFn, who: str) -> Assessment:
    """One that may ask for something, may know of leave, and may be of a day long past."""
    asks = draw(st.sampled_from([*("nothing",) * 4, "retest", "task"]))
    retest = (Retest("phq9", "suspect", words("可疑", "doubtful")),) if asks == "retest" else ()
    task = (Task("visit", AS_OF, AS_OF, words("走访", "visit")),) if asks == "task" else ()
    missing = ("leave",) if draw(st.booleans()) else ()
    away = draw(st.sampled_from([None, None, AS_OF - timedelta(days=40)]))
    found = draw(st.sampled_from([(), (floor("R01", Tier.PRIORITY),), (lead(),)]))
    tier = draw(TIERS)
    said = assessment(
        who,
        Tier.ROUTINE if tier is None else tier,
        as_of=AS_OF - timedelta(days=draw(st.sampled_from([0, 0, 1, 400]))),
        floors=tuple(one for one in found if not one.lead),
        leads=tuple(one for one in found if one.lead),
        tasks=task,
        data_quality=DataQuality("ok", retest, missing),
        suspended_since=None if missing else away,
        changed_on=AS_OF - timedelta(days=draw(st.integers(0, 8))),
    )
    return replace(said, model_tier=tier, margin=None if tier is None else said.margin)


happenings = st.one_of(
    st.builds(
        Listed,
        st.integers(0, 3),
        st.sampled_from(SCHOOLS),
        st.lists(st.sampled_from(STUDENTS), unique=True, min_size=1).flatmap(
            lambda them: st.tuples(*(assessments(one) for one in them))
        ),
    ),
    st.builds(Sent, st.sampled_from(SCHOOLS), st.sampled_from([*STUDENTS, "X-1"]).flatmap(assessments), st.booleans()),
    st.builds(Told, st.sampled_from(STUDENTS), st.integers(0, 3)),
)


def take(store: Store, one: Listed | Sent | Told, at: datetime) -> None:
    if isinstance(one, Listed):
        people = [student(said.student_id, one.school) for said in one.said]
        day = AS_OF + timedelta(days=10 - one.ago)
        publish(store, one.said, students=people, as_of=day, at=at, fingerprint=at.isoformat())
    elif isinstance(one, Sent):
        who, school_id = _file(store, one.said.student_id, one.school)
        reached = (NewContact(who, school_id, at.date()),) if one.contact else ()
        filed, said = (*one.said.floors, *one.said.leads), replace(one.said, student_id=who)
        record_entry(store, NewEntry("city", who, school_id, "junior", 7, {}, said, at, filed, reached))
    else:
        who, school_id = _file(store, one.student, None)
        tell(store, word(who, one.level, at.date()), at=at, school=school_id)


def _file(store: Store, student_id: str, school_id: str | None) -> tuple[str, str]:
    """Into whose file a record goes, and under which school."""
    found = file_of(student_id, school_id, homes(store, [student_id]), SCHOOLS, SCHOOLS)
    return found.file_id, found.school_id


def plain(tier: Tier | None) -> Assessment:
    said = assessment("S-1", tier or Tier.ROUTINE, data_quality=DataQuality("ok", (), ("leave",)))
    return replace(said, model_tier=tier)


TWO_RECORDS = [
    Listed(0, "school-01", (plain(Tier.ROUTINE),)),
    Sent("school-01", plain(Tier.PRIORITY), contact=False),
    Sent("school-01", plain(None), contact=False),  # of a single report, say: it takes nothing back
]


@example(TWO_RECORDS)
@settings(max_examples=examples(30), phases=[Phase.explicit, Phase.generate])
@given(st.lists(happenings, min_size=2, max_size=8))
def test_a_student_alone_is_told_the_same_as_on_the_list(history: list[Listed | Sent | Told]) -> None:
    with TemporaryDirectory() as home:
        store = new_store(Path(home))
        for place, one in enumerate(history):
            stood = facts_of(store, STUDENTS, TODAY)
            take(store, one, NOW + timedelta(days=place))
            same_everywhere(store, TODAY)
            for who, now in facts_of(store, STUDENTS, TODAY).items():
                assert not started_anew(stood[who], now)
        store.close()


def same_everywhere(store: Store, today: date) -> None:
    for school_id in SCHOOLS:
        whole = read_school(store, school_id, today)
        assert whole == read_school(replace(store, kept=KeptSchools()), school_id, today), "kept is as read anew"
        everyone = [*whole.everyone, *whole.strangers]
        alone = facts_of(store, [one.student_id for one in everyone], today)
        for one in everyone:
            assert told(one, alone[one.student_id]) == told(alone[one.student_id], one)
        assert {one.student_id for one in whole.everyone} == set(listed_ids(store, school_id, today))


def started_anew(before: StudentFacts, now: StudentFacts) -> bool:
    """Whether the clock of a model's tier runs from a later day although the tier has stood all the time."""
    if None in (before.model_tier, now.model_tier, before.model_since, now.model_since) or now.stranger:
        return False
    fell = before.model_tier.ord < now.model_tier.ord
    return not fell and now.model_since.astimezone(ZONE).date() > before.model_since.astimezone(ZONE).date()


def told(one: StudentFacts, other: StudentFacts) -> StudentFacts:
    """A list does not unpack what has nothing to tell."""
    return one if other.assessment is not None else replace(one, assessment=None)
