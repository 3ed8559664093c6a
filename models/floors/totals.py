"""Floors of figures: what a questionnaire's definition says of its total and subscales, and two questionnaires at once.

A sheet that is void or has too many blanks counts by what it proves.
"""

from collections.abc import Iterator

import numpy as np

from data_schemas.calendar import date_to_day, day_to_date
from data_schemas.codes import Tier
from data_schemas.instruments import Instrument, InstrumentFloor, Words, band_of, meets
from models.assessment import AnswerTime, Floor
from models.floors.floor import late, make_floor
from models.policy import Policy
from models.records import Records
from models.sheets import Sheets

TWO = "two-instruments"
MOST_NAMED = 3  # figures in one sentence


def total_floors(records: Records, as_of: int, policy: Policy) -> Iterator[tuple[int, Floor]]:
    """The floors of every sheet's figures, by student's place."""
    if not policy.floors.instruments:
        return
    reached: dict[int, list[tuple[int, str, Floor]]] = {}
    for code, sheets in records.sheets.items():
        for student, floor in _of_sheets(sheets, as_of, policy):
            reached.setdefault(student, []).append((floor.evidence_on.toordinal(), code, floor))
            yield student, floor
    if policy.floors.two_instruments != "off":
        yield from _two(records, reached, policy)


def floor_id(instrument: Instrument, floor: InstrumentFloor) -> str:
    """The name under which the policy switches a floor off."""
    return f"{instrument.code}-{floor.code}"


def _of_sheets(sheets: Sheets, as_of: int, policy: Policy) -> Iterator[tuple[int, Floor]]:
    """Of several floors that one sheet reaches, the highest alone."""
    instrument, known = sheets.instrument, sheets.known(as_of)
    switched_on = [floor for floor in instrument.floors if floor_id(instrument, floor) not in policy.floors.off]
    taken = np.zeros(len(known), dtype=bool)
    for floor in sorted(switched_on, key=lambda floor: -Tier.of(floor.tier).ord):
        here = known & meets(sheets.scores, floor) & ~taken
        taken |= here
        for row in np.flatnonzero(here):
            made = make_floor(
                floor_id(instrument, floor),
                Tier.of(floor.tier),
                "total",
                int(sheets.day[row]),
                int(sheets.received[row]),
                0,
                _text(sheets, floor, int(row)),
                answer=AnswerTime.TIER,
                history=late(sheets, row, as_of),
                received_at=sheets.received_at(int(row)),
                record=sheets.record(int(row)),
            )
            yield int(sheets.student[row]), made


def _two(
    records: Records, reached: dict[int, list[tuple[int, str, Floor]]], policy: Policy
) -> Iterator[tuple[int, Floor]]:
    """Two different questionnaires that each open a floor within the window: one floor, of the newest pair."""
    for student, floors in reached.items():
        floors.sort(key=lambda one: (one[0], one[1], not one[2].history, one[2].known_on, one[2].text.zh))
        pair = None
        for place, (day, code, _) in enumerate(floors):
            near = [
                other
                for other in floors[:place]
                if other[1] != code and day - other[0] <= policy.floor_windows.two_instruments_days
            ]
            pair = (near[-1], floors[place]) if near else pair
        if pair is None:
            continue
        (_, first, one), (_, second, other) = pair
        labels = [records.sheets[code].instrument.label for code in (first, second)]
        text = Words(
            zh=f"{labels[0].zh} 与 {labels[1].zh} 同期均达到关注标准（{other.evidence_on.isoformat()}）",
            en=f"{labels[0].en} and {labels[1].en} both call for attention ({other.evidence_on.isoformat()})",
        )
        # Known when both are: the later receipt counts, and on one day the later moment.
        known = max(date_to_day(one.known_on), date_to_day(other.known_on))
        moments = [floor.received_at for floor in (one, other) if date_to_day(floor.known_on) == known]
        yield (
            student,
            make_floor(
                TWO,
                Tier.of(policy.floors.two_instruments),
                "+".join(sorted((first, second))),
                date_to_day(other.evidence_on),
                known,
                0,
                text,
                answer=AnswerTime.TIER,
                history=one.history and other.history,
                received_at=max(filter(None, moments)) if all(moments) else None,
                record=f"{one.record} {other.record}",
            ),
        )


def _text(sheets: Sheets, floor: InstrumentFloor, row: int) -> Words:
    """The figures that reach the floor; of a sheet without a total, what it proves."""
    instrument, scores = sheets.instrument, sheets.scores
    on, label = day_to_date(int(sheets.day[row])).isoformat(), instrument.label
    zh, en = [], []
    for when in floor.when:
        met = [code for code in when.scores if scores.proven[row, instrument.place(code)] >= when.at_least]
        if len(met) < when.how_many:
            continue
        for code in met:
            score, place = instrument.score(code), instrument.place(code)
            value = scores.values[row, place]
            whole = not np.isnan(value)
            figure = f"{value if whole else scores.least[row] if code == 'total' else scores.proven[row, place]:.4g}"
            name = ("", "") if code == "total" else (f"{score.zh} ", f"{score.en} ")
            band = band_of(score, float(value)) if whole else None
            banded = (f"（{band.zh}）", f" ({band.en})") if band is not None else ("", "")
            zh.append(f"{name[0]}{figure} 分{banded[0]}" if whole else f"{name[0]}至少 {figure} 分")
            en.append(f"{name[1]}{figure}{banded[1]}" if whole else f"{name[1]}at least {figure}")
    more = ("", "")
    if len(zh) > MOST_NAMED:
        more = f" 等 {len(zh)} 项", f" and {len(en) - MOST_NAMED} more"
    zh_list, en_list = "、".join(zh[:MOST_NAMED]) + more[0], ", ".join(en[:MOST_NAMED]) + more[1]
    blank = ("", "") if scores.total[row] == scores.total[row] else ("，有漏答", ", blanks left")
    return Words(zh=f"{label.zh} {zh_list}{blank[0]}（{on}）", en=f"{label.en}: {en_list}{blank[1]} ({on})")
