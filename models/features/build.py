"""The feature matrix of records as of a day: the same code for one student in a request and a city at night."""

import numpy as np

from data_schemas.tables import TABLES
from models.columns import row_columns
from models.features.concern import concern_features
from models.features.context import context_features
from models.features.family import family_features
from models.features.leave import leave_features
from models.features.matrix import Matrix, stack
from models.features.questionnaire import questionnaire_features
from models.features.recipe import Recipe
from models.records import Coverage, Records, Rows
from models.reference import group
from models.sheets import no_sheets


def build_features(records: Records, recipe: Recipe, as_of: int) -> Matrix:
    """The columns of the recipe for every student, from what was recorded by the end of day `as_of` (days since
    1970-01-01)."""
    n = len(records)
    blocks, grouped = [], group(records.students)
    for code, instrument in recipe.instruments.items():
        sheets = records.sheets.get(code) or no_sheets(instrument)
        blocks.append(questionnaire_features(sheets, grouped, as_of, recipe.staleness, recipe.reference))
    leaves, leave_coverage = rows_of(records, "leaves")
    totals, _ = rows_of(records, "leave_totals")
    concerns, concern_coverage = rows_of(records, "concerns")
    family, _ = rows_of(records, "family")
    blocks += [
        leave_features(leaves, totals, leave_coverage, n, as_of, records.school),
        family_features(family, n, as_of),
        concern_features(concerns, concern_coverage, n, as_of, records.school),
        context_features(records.students, as_of),
    ]
    return stack(blocks, [feature.name for feature in recipe.features], n)


def rows_of(records: Records, table: str) -> tuple[Rows, Coverage]:
    """The rows of an event table and how far it reaches; no rows and no reach where it was not collected."""
    if table in records.events:
        return records.events[table], records.coverage[table]
    none = np.zeros(0, np.int64)
    return Rows(none, row_columns([], TABLES[table])), Coverage(none, none, none)
