"""Three other ways to count the same windows agree with the compiled loops, on many generated students."""

import numpy as np
import pytest

from benchmarks.engines import duckdb_sql, pandas_groups, polars_frames
from benchmarks.engines.tables import AS_OF, Tables, make_tables, records_of_tables
from data_schemas.instruments import packaged_instruments
from models import read_policy
from models.features import Recipe, build_features, full_catalogue
from models.features.matrix import Matrix
from models.reference import Reference

STUDENTS, SAMPLE = 3_000, 60


@pytest.fixture(scope="module")
def tables() -> Tables:
    return make_tables(STUDENTS)


@pytest.fixture(scope="module")
def matrix(tables: Tables) -> Matrix:
    instruments = {"phq9": packaged_instruments()["phq9"]}
    features = full_catalogue(instruments.values())
    recipe = Recipe(features, instruments, Reference({}), read_policy().staleness)
    return build_features(records_of_tables(tables), recipe, AS_OF)


def test_duckdb_counts_the_same(tables: Tables, matrix: Matrix) -> None:
    found = duckdb_sql.windows(duckdb_sql.load(tables), STUDENTS)
    for name in duckdb_sql.NAMES:
        np.testing.assert_allclose(matrix.figure(name), found[name], rtol=1e-6, err_msg=name)
        assert found[name].max() > 0, f"{name}: nothing was counted"


def test_polars_counts_the_same(tables: Tables, matrix: Matrix) -> None:
    found = polars_frames.windows(polars_frames.load(tables), STUDENTS)
    for name in duckdb_sql.NAMES:
        np.testing.assert_allclose(matrix.figure(name), found[name], rtol=1e-6, err_msg=name)


def test_pandas_counts_the_same(tables: Tables, matrix: Matrix) -> None:
    found = pandas_groups.windows(tables, SAMPLE)
    for name in duckdb_sql.NAMES:
        np.testing.assert_allclose(matrix.figure(name)[:SAMPLE], found[name], rtol=1e-6, err_msg=name)


def test_many_students_in_blocks_are_as_each_alone(tables: Tables) -> None:
    """Threads share students out; nobody's figures depend on it."""
    instruments = {"phq9": packaged_instruments()["phq9"]}
    recipe = Recipe(full_catalogue(instruments.values()), instruments, Reference({}), read_policy().staleness)
    many = make_tables(21_000)
    whole = build_features(records_of_tables(many), recipe, AS_OF)
    some = Tables(
        500,
        {name: column[many.leaves["student"] < 500] for name, column in many.leaves.items()},
        {name: column[many.sheets["student"] < 500] for name, column in many.sheets.items()},
    )
    part = build_features(records_of_tables(some), recipe, AS_OF)
    np.testing.assert_array_equal(whole.values[:500], part.values)
