"""The same windows in SQL, as one would write them for DuckDB."""

from typing import Any

import duckdb
import numpy as np

from benchmarks.engines.tables import AS_OF, Tables, calendar_columns
from data_schemas.codes import LeaveReason, LeaveType

ABSENCE = (LeaveType.SICK, LeaveType.PERSONAL, LeaveType.UNEXCUSED, LeaveType.QUARANTINE, LeaveType.UNKNOWN)
QUERY = """
WITH today AS (SELECT number AS n, term AS t FROM cal WHERE day = {as_of}),
span AS (
    SELECT l.*, CASE WHEN half_days > 0
        THEN least(half_days * 0.5 / greatest(e.number - s.number, 1), 1.0) ELSE 1.0 END AS part
    FROM leaves l JOIN cal e ON e.day = l.end_on JOIN cal s ON s.day = l.start_on - 1
    WHERE recorded_on <= {as_of} AND start_on <= {as_of} AND kind IN {absence}
),
days AS (
    SELECT student, c.day, c.number, c.returns, c.after_return, c.monfri, c.term,
        least(sum(part), 1.0) AS part,
        bool_or(kind = {unexcused}) AS unexcused,
        bool_or(kind = {sick} AND reason NOT IN {airways}) AS other
    FROM (SELECT student, kind, reason, part,
            unnest(range(greatest(start_on, {oldest}), least(end_on, {as_of}) + 1)) AS day FROM span) d
    JOIN cal c ON c.day = d.day AND c.school = 1
    GROUP BY ALL
),
runs AS (
    SELECT *, number - lag(number, 1, -9) OVER mine AS gap,
        number - row_number() OVER mine AS island,
        number - lag(CASE WHEN day > {as_of} - 365 THEN number END, 1, -9) OVER mine AS gap_year
    FROM days WINDOW mine AS (PARTITION BY student ORDER BY number)
),
leave AS (
    SELECT student,
        sum(part) FILTER (t.n - number < 20) AS leave_days_20,
        sum(part) FILTER (t.n - number < 60) AS leave_days_60,
        sum(part) FILTER (term = t.t) AS leave_days_term,
        sum(part) FILTER (day > {as_of} - 365) AS leave_days_365,
        sum(part) FILTER (unexcused AND t.n - number < 20) AS unexcused_days_20,
        sum(part) FILTER (unexcused AND t.n - number < 60) AS unexcused_days_60,
        sum(part) FILTER (unexcused AND day > {as_of} - 365) AS unexcused_days_365,
        count(*) FILTER (t.n - number < 60 AND (gap <> 1 OR t.n - number = 59)) AS leave_episodes_60,
        count(*) FILTER (day > {as_of} - 365 AND (gap <> 1 OR gap_year IS NULL)) AS leave_episodes_365,
        sum(part) FILTER (other AND t.n - number < 60) AS nonresp_sick_days_60,
        sum(part) FILTER (monfri = 1 AND t.n - number < 60) AS monfri_days_60
    FROM runs, today t GROUP BY student
),
longest AS (
    SELECT student, max(length) AS longest_leave_365 FROM (
        SELECT student, island, count(*) AS length FROM runs WHERE day > {as_of} - 365 GROUP BY student, island
    ) GROUP BY student
),
returned AS (
    SELECT student, count(DISTINCT number) AS return_day_leaves_365 FROM (
        SELECT student, number FROM days WHERE returns = 1 AND day > {as_of} - 365
        UNION ALL SELECT student, number - 1 FROM days WHERE after_return = 1 AND day > {as_of} - 365
    ) GROUP BY student
),
late AS (
    SELECT student, count(DISTINCT (start_on, kind)) AS late_early_20
    FROM leaves l JOIN cal c ON c.day = l.start_on, today t
    WHERE kind IN {late} AND recorded_on <= {as_of} AND start_on <= {as_of} AND start_on >= (
        SELECT min(day) FROM cal WHERE school = 1 AND t.n - number < 20 AND day <= {as_of})
    GROUP BY student
),
last AS (
    SELECT student, max(day) AS day FROM sheets WHERE day <= {as_of} AND {as_of} - day <= {current} GROUP BY student
),
newest AS (
    SELECT student, max(total) AS phq9_total FROM sheets JOIN last USING (student, day) GROUP BY student
),
before AS (
    SELECT s.student, max(total) AS phq9_earlier_max FROM sheets s LEFT JOIN last USING (student)
    WHERE s.day <= {as_of} AND {as_of} - s.day <= {history} AND (last.day IS NULL OR s.day < last.day)
    GROUP BY s.student
)
SELECT {columns} FROM range({n}) everyone(student)
LEFT JOIN leave USING (student) LEFT JOIN longest USING (student) LEFT JOIN returned USING (student)
LEFT JOIN late USING (student) LEFT JOIN newest USING (student) LEFT JOIN before USING (student)
ORDER BY student
"""
NAMES = (
    "leave_days_20",
    "leave_days_60",
    "leave_days_term",
    "leave_days_365",
    "unexcused_days_20",
    "unexcused_days_60",
    "unexcused_days_365",
    "leave_episodes_60",
    "leave_episodes_365",
    "nonresp_sick_days_60",
    "monfri_days_60",
    "longest_leave_365",
    "return_day_leaves_365",
    "late_early_20",
    "phq9_total",
    "phq9_earlier_max",
)
CURRENT, HISTORY = 104, 400  # days that a sheet of PHQ-9 counts, and that one is looked back at


def load(tables: Tables) -> duckdb.DuckDBPyConnection:
    """The tables in DuckDB's own storage, in memory."""
    connection = duckdb.connect()
    for name, columns in (("leaves", tables.leaves), ("sheets", tables.sheets), ("cal", calendar_columns())):
        frame: Any = columns  # noqa: F841  DuckDB finds it by its name
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM frame")
    return connection


def windows(connection: duckdb.DuckDBPyConnection, n: int) -> dict[str, np.ndarray]:
    """Every window of `NAMES` for each student, as arrays (n,)."""
    query = QUERY.format(
        as_of=AS_OF,
        oldest=AS_OF - 379,
        absence=tuple(kind.place for kind in ABSENCE),
        unexcused=LeaveType.UNEXCUSED.place,
        sick=LeaveType.SICK.place,
        airways=(LeaveReason.RESPIRATORY.place, LeaveReason.FEVER.place),
        late=(LeaveType.LATE.place, LeaveType.EARLY.place),
        current=CURRENT,
        history=HISTORY,
        n=n,
        columns=", ".join(f"coalesce({name}, 0)::FLOAT AS {name}" for name in NAMES),
    )
    found: dict[str, np.ndarray] = connection.execute(query).fetchnumpy()
    return found
