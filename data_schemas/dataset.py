"""A dataset: a folder of canonical tables with a `dataset.toml` that says what it is."""

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import tomli_w
from pydantic import BaseModel, ConfigDict, ValidationError

from data_schemas import own_features
from data_schemas.archives import refuse_long_table, refuse_oversized
from data_schemas.enrolment import SET_ASIDE
from data_schemas.instruments import Instrument, instrument_toml, packaged_instruments, read_instruments
from data_schemas.own_features import OwnFeature
from data_schemas.plain_text import plain_frame, unmarked
from data_schemas.reader_faults import damaged
from data_schemas.tables import DTYPES, TABLES, CellKind, Table, response_table
from data_schemas.zone import CHINA
from runxin.errors import Problem, bad_data, how_many

DESCRIPTION = "dataset.toml"
FORMATS = ("parquet", "csv", "xlsx")
UNKNOWN_FILE = f"rename it, or add its definition (own features are declared in {own_features.FILE})"
NAMES_APART = "names live apart from the data: bring them with `runxin names FILE`, and take the file out of the folder"


class Label(BaseModel):
    """What is predicted: an outcome of one of `kinds` with at least `level` within `horizon_days` after the as-of date.

    In concurrent mode the horizon is 0 and the outcome is read at the as-of date itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    kinds: tuple[str, ...]
    level: int
    horizon_days: int


# The primary label: 重点 or 危机 as an interview found it, or a crisis event, within 90 days.
NEED_90D = Label(name="need_90d", kinds=("interview", "crisis_event"), level=2, horizon_days=90)


class Provenance(BaseModel):
    """Where the rows came from: the mapping and its hash, what was filtered, which source columns were read."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    mapping: str
    mapping_sha256: str
    filter: str = ""
    files: dict[str, str] = {}  # file name → SHA-256
    input_columns: tuple[str, ...] = ()
    outcome_columns: tuple[str, ...] = ()
    rows_read: int = 0
    rows_filtered: int = 0
    rows_set_aside: int = 0


class Description(BaseModel):
    """The content of `dataset.toml`. `origin` says whose students these are: a local model may rank only local ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    synthetic: bool
    origin: Literal["local", "foreign", "synthetic"]
    mode: Literal["longitudinal", "concurrent"]
    as_of: date
    index_dates: tuple[date, ...] = ()  # when cohorts are formed; the as-of date where there are none
    label: Label | None = None
    provenance: Provenance | None = None
    seed: int | None = None


@dataclass(frozen=True)
class Dataset:
    """Canonical tables in memory. `tables` holds those that exist; a table that is absent was not collected."""

    description: Description
    tables: Mapping[str, pd.DataFrame]
    responses: Mapping[str, pd.DataFrame]  # instrument code → sheets
    own_instruments: Mapping[str, Instrument] = field(default_factory=dict)
    own_features: tuple[OwnFeature, ...] = ()
    fingerprint: str = ""  # SHA-256 over the files, empty while only in memory

    @property
    def instruments(self) -> dict[str, Instrument]:
        """Every instrument that can be named here; the dataset's own go before the packaged ones."""
        return {**packaged_instruments(), **self.own_instruments}

    @property
    def students(self) -> pd.DataFrame:
        return self.tables["students"]


def table_of(name: str, instruments: Mapping[str, Instrument], own: Sequence[OwnFeature] = ()) -> Table:
    """The canonical table called `name`, such as `leaves` or `responses/phq9`; raises `KeyError`, also for sheets of a
    questionnaire of which only scores are read, and for `features` where none is declared."""
    if name == own_features.TABLE and own:
        return own_features.features_table(own)
    if name == SET_ASIDE.name:
        return SET_ASIDE
    if not name.startswith("responses/"):
        return TABLES[name]
    instrument = instruments[name.removeprefix("responses/")]
    if instrument.form == "scores":
        raise KeyError(name)
    low = min(coding.low for coding in instrument.codings)
    high = max(coding.high for coding in instrument.codings)
    return response_table(instrument.code, instrument.items, low, high)


def conform(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Give a frame the canonical column order and types, adding optional columns as empty.

    Raises `UserError` naming each cell that does not fit its column's type, and each column that is foreign or absent.
    """
    foreign = [name for name in frame.columns if name not in table.names]
    absent = [column.name for column in table.columns if column.required and column.name not in frame.columns]
    problems = [Problem("this column is not one of the table's", file=table.name, column=name) for name in foreign]
    problems += [Problem("this column is required and absent", file=table.name, column=name) for name in absent]
    if problems:
        raise bad_data(f"the columns of {table.name} do not fit", problems)
    columns = {}
    for column in table.columns:
        if column.name not in frame.columns:
            columns[column.name] = pd.Series(index=frame.index, dtype=DTYPES[column.kind])
            continue
        given = frame[column.name]
        columns[column.name] = _fitted(given, column.kind)
        wrong = np.flatnonzero(columns[column.name].isna().to_numpy() & given.notna().to_numpy())
        what, fix = f"this is not {KIND_WORDS[column.kind]}", "mend it or leave it blank"
        problems += [Problem(what, table.name, int(row) + 2, column.name, fix) for row in wrong]
    if problems:
        raise bad_data(f"{how_many(len(problems), 'cell')} of {table.name} of another type than the column", problems)
    return pd.DataFrame(columns, index=frame.index)


KIND_WORDS = {
    CellKind.ID: "an id",
    CellKind.CODE: "a code",
    CellKind.TEXT: "a text",
    CellKind.DATE: "a date such as 2026-03-05",
    CellKind.TIME: "a time such as 2026-03-05T08:30:00",
    CellKind.INT: "a whole number",
    CellKind.NUMBER: "a number",
    CellKind.BOOL: "true or false",
}
_ZONED = re.compile(r":\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})$")


def _localized(text: str) -> str:
    """A time with a zone as the local time that it stands for; any other text as it is."""
    if not _ZONED.search(text):
        return text
    try:
        return datetime.fromisoformat(text).astimezone(CHINA).replace(tzinfo=None).isoformat()
    except ValueError:
        return "no time"  # so that it is named by its row


def _fitted(values: pd.Series, kind: CellKind) -> pd.Series:
    """The values in their canonical type, empty where they are of another."""
    if kind in (CellKind.DATE, CellKind.TIME):
        if pd.api.types.is_string_dtype(values):
            values = values.map(_localized, na_action="ignore")
        times = pd.to_datetime(values, format="ISO8601", errors="coerce")
        if getattr(times.dtype, "tz", None) is not None:
            times = times.dt.tz_convert(CHINA).dt.tz_localize(None)
        times = times.astype(DTYPES[kind])
        return times.dt.normalize() if kind is CellKind.DATE else times
    if kind in (CellKind.INT, CellKind.NUMBER):
        numbers = pd.to_numeric(values, errors="coerce")
        if kind is CellKind.INT and not pd.api.types.is_integer_dtype(numbers):
            numbers = numbers.astype("Float64")
            numbers = numbers.where(numbers == np.floor(numbers))
        return numbers.astype(DTYPES[kind])
    if kind is CellKind.BOOL:
        words = {True: True, False: False, "true": True, "false": False}
        return values.map(
            lambda value: words.get(value.lower() if isinstance(value, str) else value), na_action="ignore"
        ).astype(DTYPES[kind])
    return values.astype(DTYPES[kind])


def read_dataset(root: Path) -> Dataset:
    """Read a dataset folder; a table may be Parquet, CSV or XLSX. Raises `UserError` where it cannot be read.

    Columns and types are held here; codes, ranges and references are what `data_schemas.check` looks at.
    """
    file = root / DESCRIPTION
    if not file.is_file():
        raise bad_data(
            f"there is no {DESCRIPTION} in {root}", fix="make a dataset with `runxin import` or `runxin synth`"
        )
    try:
        description = Description.model_validate(tomllib.loads(file.read_text("utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise bad_data(f"{DESCRIPTION} is not TOML", [Problem(str(error), file=str(file))]) from error
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        problems = [Problem(f["msg"], file=str(file), column=".".join(map(str, f["loc"]))) for f in faults]
        raise bad_data(f"{DESCRIPTION} is at fault", problems) from error
    digest = hashlib.sha256(file.read_bytes())
    own = read_instruments(root / "instruments")
    for definition in sorted((root / "instruments").glob("*.toml")):
        digest.update(definition.read_bytes())
    instruments = {**packaged_instruments(), **own}
    declared: tuple[OwnFeature, ...] = ()
    if (root / own_features.FILE).is_file():
        declared = own_features.read_own_features(root / own_features.FILE)
        digest.update((root / own_features.FILE).read_bytes())
    tables: dict[str, pd.DataFrame] = {}
    responses: dict[str, pd.DataFrame] = {}
    for path in table_files(root):
        name = path.relative_to(root).with_suffix("").as_posix()
        try:
            table = table_of(name, instruments, declared)
        except KeyError:
            problem = Problem("no table or instrument has this name", file=path.name)
            raise bad_data(
                "an unknown file in the dataset",
                [problem],
                fix=NAMES_APART if name == "names" else UNKNOWN_FILE,
            ) from None
        digest.update(name.encode() + path.read_bytes())
        target = responses if name.startswith("responses/") else tables
        target[name.removeprefix("responses/")] = conform(_read_file(path), table)
    if "students" not in tables:
        raise bad_data(f"there is no students table in {root}")
    return Dataset(description, tables, responses, own, declared, digest.hexdigest())


def write_dataset(dataset: Dataset, root: Path, format: Literal["parquet", "csv"] = "parquet") -> None:
    """Write every table under `root`, which must be absent or empty, and the description last, so that a
    folder with a description is whole. Raises `UserError` where there is already something."""
    if root.exists() and any(root.iterdir()):
        raise bad_data(f"{root} is not empty", fix="choose another folder or remove it first")
    root.mkdir(parents=True, exist_ok=True)
    frames = {**dataset.tables, **{f"responses/{code}": frame for code, frame in dataset.responses.items()}}
    for name, frame in frames.items():
        path = root / f"{name}.{format}"
        path.parent.mkdir(parents=True, exist_ok=True)
        table = table_of(name, dataset.instruments, dataset.own_features)
        frame = conform(frame, table)
        frame = frame.drop(columns=[c.name for c in table.columns if not c.required and frame[c.name].isna().all()])
        if format == "parquet":
            frame.to_parquet(path, index=False)
        else:
            plain_frame(frame).to_csv(path, index=False, encoding="utf-8")
    for code, instrument in dataset.own_instruments.items():
        path = root / "instruments" / f"{code}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(instrument_toml(instrument), "utf-8")
    if dataset.own_features:
        (root / own_features.FILE).write_text(own_features.own_features_toml(dataset.own_features), "utf-8")
    description = dataset.description.model_dump(mode="json", exclude_none=True)
    description["as_of"] = dataset.description.as_of
    description["index_dates"] = list(dataset.description.index_dates)
    (root / DESCRIPTION).write_text(tomli_w.dumps(description), "utf-8")


def table_files(root: Path) -> list[Path]:
    """The files of a folder's tables; raises `UserError` where one is there twice."""
    found: dict[str, Path] = {}
    for path in sorted([*root.iterdir(), *(root / "responses").glob("*")]):
        if path.is_file() and path.suffix.lstrip(".") in FORMATS:
            name = path.relative_to(root).with_suffix("").as_posix()
            if name in found:
                problem = Problem(f"{found[name].name} holds the same table", file=path.name)
                raise bad_data("a table is there twice", [problem], fix="remove one of the files")
            found[name] = path
    return list(found.values())


def _read_file(path: Path) -> pd.DataFrame:
    problem = Problem("the file is damaged or of another kind than its name says", file=path.name)
    broken = bad_data("a table cannot be read", [problem])
    if path.suffix == ".parquet":
        refuse_long_table(path, path.read_bytes(), broken)
    if path.suffix == ".xlsx":
        refuse_oversized(path, path.read_bytes(), broken)
    with damaged(broken):
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        if path.suffix != ".csv":
            return pd.read_excel(path, dtype="str", keep_default_na=False, na_values=[""], engine="openpyxl")
        frame = pd.read_csv(path, encoding="utf-8", dtype="str", keep_default_na=False, na_values=[""])
    return frame.apply(lambda column: column.map(unmarked, na_action="ignore"))
