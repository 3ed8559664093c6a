"""The feature matrix of records as of a day: the same code for one student in a request and a city at night."""

from collections.abc import Mapping, Sequence

import numpy as np

from data_schemas.calendar import SchoolCalendar
from data_schemas.instruments import Instrument
from data_schemas.tables import TABLES
from models.columns import row_columns
from models.features.catalogue import Feature
from models.features.concern import concern_features
from models.features.context import context_features
from models.features.family import family_features
from models.features.leave import leave_features
from models.features.matrix import Matrix, stack
from models.features.questionnaire import no_sheets, questionnaire_features
from models.policy import Staleness
from models.records import Coverage, Records, Rows


def build_features(
    records: Records,
    features: Sequence[Feature],
    instruments: Mapping[str, Instrument],
    as_of: int,
    staleness: Staleness,
    calendar: SchoolCalendar,
) -> Matrix:
    """The columns that `features` names for every student, from what was recorded by the end of day `as_of`
    (days since 1970-01-01). `instruments` are the questionnaires the features were made for."""
    n = len(records)
    blocks = []
    for code, instrument in instruments.items():
        if code in records.sheets:
            blocks.append(questionnaire_features(records.sheets[code], n, as_of, staleness))
        else:
            blocks.append(no_sheets(code, instrument.feature_items, instrument.lowest, n))
    leaves, leave_coverage = rows_of(records, "leaves")
    totals, _ = rows_of(records, "leave_totals")
    concerns, concern_coverage = rows_of(records, "concerns")
    family, _ = rows_of(records, "family")
    blocks += [
        leave_features(leaves, totals, leave_coverage, n, as_of, calendar),
        family_features(family, n, as_of),
        concern_features(concerns, concern_coverage, n, as_of, calendar),
        context_features(records.students, as_of),
    ]
    return stack(blocks, [feature.name for feature in features], n)


def rows_of(records: Records, table: str) -> tuple[Rows, Coverage]:
    """The rows of an event table and how far it reaches; no rows and no reach where it was not collected."""
    if table in records.events:
        return records.events[table], records.coverage[table]
    none = np.zeros(0, np.int64)
    return Rows(none, row_columns([], TABLES[table])), Coverage(none, none, none)
