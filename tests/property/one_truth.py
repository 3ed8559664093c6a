"""A history told to the product and to the obvious model, step by step, and where the two differ."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Protocol

from tests.obvious_facts import TIERS, Batched, Drawn, Enrolled, Fact, Found, Reached, Screened, Withdrawn
from tests.obvious_model import Obvious
from tests.property.history_rows import Row, batch_body, dataset_rows, found_row, outcomes_body, score_body

Said = Mapping[str, Any]  # what `Obvious.present` says of one student
# Queues where a student stands only for the reason that the model knows.
EXACT = frozenset({"check", "review", "leads", "identity", "suspended"})


@dataclass(frozen=True)
class Seen:
    """What one reader (list, page, answer of the API, export, preview) says of a student; None is what it does not
    show. Keys of evidence are the model's. A clock is a moment, or a day where only that is known."""

    reader: str
    tier: str | None = None
    source: str | None = None
    confirmed: bool | None = None
    open: frozenset[str] | None = None
    missing: Mapping[str, str] | None = None
    clocks: Mapping[str, date] | None = None
    leads: frozenset[str] | None = None
    queues: frozenset[str] | None = None
    protected: bool | None = None
    suspended: bool | None = None
    blind: bool | None = None


class Door(Protocol):
    """The product, from outside. `at` is the moment it is for the product too."""

    def screen(self, tables: dict[str, list[Row]], run: str, as_of: date, at: datetime) -> None: ...

    def withdraw(self, run: str, at: datetime) -> None: ...

    def score(self, body: Row, at: datetime) -> None: ...

    def score_batch(self, body: Row, at: datetime) -> None: ...

    def outcomes(self, body: Row, at: datetime) -> None: ...

    def page_talk(self, row: Row, at: datetime) -> None: ...

    def page_contact(self, row: Row, at: datetime) -> None: ...

    def keys(self) -> Mapping[str, str]:
        """The model's key of a piece of evidence → the product's."""

    def names(self) -> Mapping[str, str]:
        """The model's name of a word → the product's id of the record, which is found by the row: see `heard`."""

    def heard(self, name: str, row: Row) -> None:
        """A word of this row was sent, or stands in the files of the next screening, under this name of the model's."""

    def drawn(self, at: datetime) -> Sequence[tuple[str, str]]:
        """Students (id, school) on whom the lot has fallen by now, for a routine interview."""

    def seen(self, student: str, school: str | None, at: datetime) -> Sequence[Seen]:
        """What every reader that shows a student says of them."""


def send(fact: Fact, door: Door, files: Sequence[Any]) -> None:
    """One fact, by its door; `files` are the facts that stand in the schools' files."""
    if isinstance(fact, Screened):
        door.screen(dataset_rows(files, fact.schools), fact.run, fact.as_of, fact.at)
    elif isinstance(fact, Withdrawn):
        door.withdraw(fact.run, fact.at)
    elif isinstance(fact, Batched):
        door.score_batch(batch_body(fact), fact.at)
    elif isinstance(fact, Found):
        row = found_row(fact, door.keys(), door.names())
        door.heard(fact.name, row)
        if fact.door == "api":
            door.outcomes(outcomes_body([fact], door.keys(), door.names()), fact.at)
        elif fact.door == "page":
            door.page_talk(row, fact.at)
    elif isinstance(fact, Enrolled | Drawn) or fact.door == "import":
        return
    elif isinstance(fact, Reached) and fact.door == "page":
        door.page_contact(score_body(fact), fact.at)
    else:
        door.score(score_body(fact), fact.at)


def walk(history: Sequence[Fact], door: Door) -> Iterator[str]:
    """Tell a history, and name every difference after every step."""
    truth = Obvious()
    lots: set[tuple[str, str]] = set()
    standing: dict[tuple[str, str | None], Said] = {}
    for step, fact in enumerate(history):
        truth.apply(fact)
        send(fact, door, truth.files)
        for lot in set(door.drawn(fact.at)) - lots:
            truth.apply(Drawn(fact.at, *lot))
            lots.add(lot)
        for whose in truth.people(fact.at):
            said = truth.present(whose.student, fact.at, whose.school)
            readers = door.seen(whose.student, whose.school, fact.at)
            found = [line for seen in readers for line in differences(seen, said)]
            found += danger_off_every_list(said, readers)
            found += clocks_restarted(standing.get((whose.student, whose.school)), said)
            standing[whose.student, whose.school] = said
            for line in found:
                yield f"step {step} ({type(fact).__name__}), {whose.student} at {whose.school}: {line}"


def differences(seen: Seen, said: Said) -> list[str]:
    """Where a reader and the model differ; what the reader does not show is not asked."""
    found = []

    def ask(name: str, ours: object, theirs: object) -> None:
        found.append(f"{seen.reader} says {name} {theirs!r}, it is {ours!r}")

    if said["blind"] and seen.tier is not None:
        ask("tier", "hidden", seen.tier)
    for name in ("tier", "confirmed", "protected", "suspended", "blind"):
        theirs = getattr(seen, name)
        if theirs is not None and theirs != said[name] and not (said["blind"] and name == "tier"):
            ask(name, said[name], theirs)
    if seen.source is not None and said["tier"] != "routine" and seen.source not in said["sources"]:
        ask("source", sorted(said["sources"]), seen.source)
    for name in ("open", "leads"):
        theirs = getattr(seen, name)
        if theirs is not None and theirs != frozenset(said[name]):
            ask(name, sorted(said[name]), sorted(theirs))
    if seen.missing is not None and dict(seen.missing) != said["missing"]:
        ask("missing", said["missing"], dict(seen.missing))
    if seen.queues is not None:
        lacking, extra = said["queues"] - seen.queues, (seen.queues - said["queues"] - said["may"]) & EXACT
        if lacking or extra:
            ask("queues", sorted(said["queues"]), sorted(seen.queues))
    for key, since in (seen.clocks or {}).items():
        ours = said["clocks"].get(key)
        if ours is None or not _same_clock(since, ours.day, ours.moment):
            ask(f"clock of {key}", ours, since)
    return found + tier_below_evidence(seen, said)


def _same_clock(theirs: date, day: date, moment: datetime) -> bool:
    """A clock of a day says nothing of the hour."""
    if isinstance(theirs, datetime) and moment.time() != time():
        return theirs == moment
    return (theirs.date() if isinstance(theirs, datetime) else theirs) == day


def danger_off_every_list(said: Said, readers: Sequence[Seen]) -> list[str]:
    """No open danger is ever off every list: some queue of some reader has it."""
    if not said["open"] or any(seen.queues for seen in readers):
        return []
    return [f"{said['open']} is open and on no list"]


def clocks_restarted(before: Said | None, after: Said) -> list[str]:
    """No clock of what stays open starts later than it did."""
    clocks = before["clocks"] if before is not None else {}
    return [
        f"clock of {key} was {clocks[key]}, is {since}"
        for key, since in after["clocks"].items()
        if key in clocks and since > clocks[key]
    ]


def tier_below_evidence(seen: Seen, said: Said) -> list[str]:
    """The tier is never below what is open."""
    least = max((TIERS.index(tier) for tier in said["tiers"].values()), default=0)
    if seen.tier is None or TIERS.index(seen.tier) >= least:
        return []
    return [f"{seen.reader} says {seen.tier} over open evidence of {TIERS[least]}"]


def closed_without_a_word(before: Said | None, after: Said, fact: Fact) -> list[str]:
    """Nothing but a person's word closes: `fact` is what happened between the two."""
    if before is None or isinstance(fact, Found | Screened | Withdrawn):
        return []  # a screening may bring words of the files; a run made or taken back may say whose a word is
    return [f"{key} closed by {type(fact).__name__}" for key in before["open"] if key not in after["open"]]
