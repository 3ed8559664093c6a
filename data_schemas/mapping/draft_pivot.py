"""Whether a file that is drafted has a row for each answer or for each lesson, and what tells its sheets apart."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from itertools import combinations

import numpy as np

from data_schemas.cells import BadCell, Texts, moment
from data_schemas.mapping.headers import canonical, is_day_header
from data_schemas.mapping.lesson_names import AFTER, LEAVE_OUT, in_order, lessons_in
from data_schemas.mapping.pivot import Pivot
from data_schemas.mapping.questions import Question, reference, toml_list, toml_text
from data_schemas.mapping.which_scale import WHICH
from data_schemas.times_of_day import tells_time

# How tools head the columns of a file with a row for each answer, the first that a file has is taken.
# fmt: off
NUMBERS = (
    "题号", "题目编号", "题目序号", "问题编号", "问题序号", "题序", "条目编号", "item_no", "item_id", "question_no",
    "question_id", "question number", "qid",
)
WORDINGS = (
    "题目", "题干", "问题", "题目内容", "题目名称", "题目标题", "问题内容", "问题名称", "条目", "条目内容", "项目",
    "题目文本", "field_name", "item", "variable", "question", "question text",
)
SCALES = ("因子", "因子名称", "维度", "维度名称", "分量表", "分量表名称", "subscale", "factor")
ANSWERS = (
    "答案", "作答", "回答", "答题结果", "所选选项", "选择结果", "作答内容", "作答结果", "回答内容", "答案内容", "选项",
    "选项内容", "选择", "answer", "value", "response", "answer text", "label",
)
POINTS = ("得分", "分值", "题目得分", "选项分值", "分数", "总分", "score", "points")
# Who filled in a sheet where the student's own id is among the answers, and what else tells one sheet from another.
SHEETS = (
    "答卷编号", "答卷id", "答卷序号", "作答编号", "提交编号", "问卷编号", "测评编号", "记录编号", "轮次",
    "测评轮次", "批次", "测评批次", "次数", "第几次", "record", "record_id", "_id", "_uuid",
    "_submission__id", "_submission__uuid", "_parent_index", "response_id", "responseid", "submission_id",
    "respondent", "respondent_id", "redcap_event_name", "redcap_repeat_instance", "wave", "编号", "序号",
)
LESSONS = ("节次", "课节", "第几节", "课次", "节", "上课节次", "缺课节次", "缺勤节次", "lesson", "period")
DAYS = ("日期", "考勤日期", "上课日期", "缺勤日期", "缺课日期", "请假日期", "date")
STATES = (
    "考勤状态", "考勤结果", "出勤状态", "出勤情况", "考勤情况", "缺勤类型", "考勤类型", "缺勤原因", "请假类型", "考勤",
    "状态", "类型", "status", "attendance",
)
# fmt: on
_ASIDE = re.compile(r"\s*\(.*\)$")  # such as the codes of the answers
FACTS_OF_STUDENTS = ("school_id", "class_id", "stage", "grade", "sex", "birth_date", "age_years", "boarding")
FEWEST = 2  # items, or questionnaires
MOST_SHEETS = 0.75  # of the rows: with more of them, a row is no single answer


def pivot_of(headers: Sequence[str], texts: Mapping[str, Texts]) -> tuple[Pivot, list[Question]] | None:
    """How the rows become sheets or students, and what has to be asked for it; None where each row is one already."""
    return _lessons(headers, texts) or ((made, []) if (made := _answers(headers, texts)) is not None else None)


def may_be_long(headers: Sequence[str]) -> bool:
    """Whether headers are such as files with a row for each answer or lesson have."""
    which = any(WHICH.fullmatch(header) for header in headers)
    item = which or _first(headers, (*NUMBERS, *WORDINGS, *SCALES)) is not None
    lesson = _first(headers, LESSONS) is not None
    return lesson or (item and _first(headers, (*ANSWERS, *POINTS)) is not None)


def holds_answers(headers: Sequence[str]) -> bool:
    """Whether headers are those of a file with a row for each answer, though no column has the students' ids."""
    named = [_first(headers, names) for names in ((*NUMBERS, *WORDINGS), (*ANSWERS, *POINTS), SHEETS)]
    return None not in named and len(set(named)) == len(named)


def pivot_lines(pivot: Pivot, file: str) -> list[str]:
    """The pivot as lines of a mapping."""
    what = "一行一节课 / a row for each lesson" if pivot.lesson else "一行一个答案 / a row for each answer"
    lines = [f"[files.{file}.pivot] # {what}", f"sheet = {toml_list(pivot.sheet)} # 同一份 / of one sheet"]
    lines += [f"beside = {toml_list(pivot.beside)}"] if pivot.beside else []
    lines += [f"item = {toml_list(pivot.item)}"] if pivot.item else []
    for name, header in (("day", pivot.day), ("lesson", pivot.lesson), ("answer", pivot.answer)):
        lines += [] if header is None else [f"{name} = {toml_text(header)}"]
    lines += (
        [f"lessons = {toml_list(pivot.lessons)} # 一天的课，按次序 / in the order of a day"] if pivot.lessons else []
    )
    told = ", ".join(f"{toml_text(word)} = {toml_text(what)}" for word, what in pivot.others.items())
    return [*lines, *([f"others = {{ {told} }}"] if told else [])]


def _lessons(headers: Sequence[str], texts: Mapping[str, Texts]) -> tuple[Pivot, list[Question]] | None:
    student = canonical(headers).get("student_id")
    lesson, day, state = (_first(headers, names) for names in (LESSONS, DAYS, STATES))
    if student is None or lesson is None or day is None or state is None:
        return None
    named: set[str] = set()
    for text in texts[lesson].distinct:
        with suppress(BadCell):  # the row is named where the file is read
            named |= {*lessons_in(text)}
    order, _, words = in_order(named)
    if not order:
        return None
    questions = [
        Question(
            id=f"lesson-{number}",
            ask=(
                f"{lesson} 里的“{word}”算下午的课（{AFTER}），还是不算上课（{LEAVE_OUT}）？ / is {word} a lesson of "
                "the afternoon, or none?"
            ),
            choices=(AFTER, LEAVE_OUT),
        )
        for number, word in enumerate(words, start=1)
    ]
    others = {word: reference(one.id) for word, one in zip(words, questions, strict=True)}
    facts = [header for name, header in canonical(headers).items() if name in FACTS_OF_STUDENTS]
    left = [header for header in facts if header not in (student, lesson, day, state)]
    beside = tuple(header for header in left if _goes_along(header, (student,), texts))
    made = Pivot(sheet=(student,), answer=state, day=day, lesson=lesson, lessons=order, others=others, beside=beside)
    return made, questions


def _answers(headers: Sequence[str], texts: Mapping[str, Texts]) -> Pivot | None:
    which = next((header for header in headers if WHICH.fullmatch(header)), None)
    number, wording, scale = (_first(headers, names) for names in (NUMBERS, WORDINGS, SCALES))
    item = tuple(one for one in (which, number, wording) if one is not None)
    answer = _first(headers, ANSWERS) or _first(headers, POINTS)
    if number is None and wording is None:  # totals, a row for each questionnaire or scale
        item = tuple(one for one in (which, scale) if one is not None)
        answer = _first(headers, POINTS)
    if not item or answer is None:
        return None
    rows = len(texts[answer].index)
    if len(set(_joined(item, texts))) < FEWEST:
        return None
    own = canonical(headers).get("student_id")
    known = [header for header in headers if header.casefold() in SHEETS]
    days = [header for header in headers if header not in item and _holds_days(header, texts[header])]
    whose = [own] if own is not None else [one for one in known if _sheets((one,), texts) <= rows * MOST_SHEETS][:1]
    if not whose or _sheets((whose[0],), texts) > rows * MOST_SHEETS:
        return None
    sheet = _told_apart(whose[0], item, [one for one in (*days, *known) if one != whose[0]], texts, rows)
    left = [header for header in headers if header not in (*item, answer, *sheet)]
    beside = tuple(header for header in left if _goes_along(header, sheet, texts))
    return Pivot(sheet=sheet, answer=answer, item=item, beside=beside)


def _told_apart(
    whose: str, item: tuple[str, ...], others: Sequence[str], texts: Mapping[str, Texts], rows: int
) -> tuple[str, ...]:
    """The columns that make a sheet: as few as leave no item answered twice in one, and each day a sheet of its own.
    Where nothing does, the import names the rows."""
    ways = [(whose, *more) for count in range(3) for more in combinations(others, count)]
    ways = [way for way in ways if _sheets(way, texts) <= rows * MOST_SHEETS]
    sheet = next((way for way in ways if _sheets((*way, *item), texts) == rows), (whose,))
    for header in others:
        if header not in sheet and _holds_days(header, texts[header]) and _several_days(header, sheet, texts):
            more = (*sheet, header)
            sheet = more if _sheets(more, texts) <= rows * MOST_SHEETS else sheet
    return sheet


def _first(headers: Sequence[str], names: Sequence[str]) -> str | None:
    forms = {_ASIDE.sub("", header.casefold()): header for header in headers}
    return next((forms[name] for name in names if name in forms), None)


def _joined(columns: Sequence[str], texts: Mapping[str, Texts]) -> Iterator[tuple[str, ...]]:
    """What each row has in some columns: of a day with its time the day alone."""
    return zip(*(_days_alone(column, texts[column]) for column in columns), strict=True)


def _days_alone(header: str, column: Texts) -> list[str]:
    plain = [(is_day_header(header) and _day(text)) or text for text in column.distinct]
    return ["" if place < 0 else plain[place] for place in column.index.tolist()]


def _day(text: str) -> str | None:
    try:
        return moment(text).date().isoformat()
    except BadCell:
        return None


def _sheets(columns: Sequence[str], texts: Mapping[str, Texts]) -> int:
    return len(set(_joined(columns, texts)))


def _several_days(header: str, sheet: Sequence[str], texts: Mapping[str, Texts]) -> bool:
    """Whether a column has days of several occasions in a sheet; times just before and after midnight are of one."""
    days: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for whose, (day,) in zip(_joined(sheet, texts), _joined((header,), texts), strict=True):
        days[whose] |= {day} if day else set()
    most = 1 if any(map(tells_time, texts[header].distinct)) else 0
    return any(
        (date.fromisoformat(max(one)) - date.fromisoformat(min(one))).days > most for one in days.values() if one
    )


def _goes_along(header: str, sheet: Sequence[str], texts: Mapping[str, Texts]) -> bool:
    """Whether a column says one thing of each sheet; a day of it may have several times."""
    if _holds_days(header, texts[header]):
        return not _several_days(header, sheet, texts)
    filled = np.flatnonzero(~texts[header].blank)
    if not len(filled):
        return False
    mine = {name: texts[name].take(filled) for name in (*sheet, header)}
    return _sheets((*sheet, header), mine) == _sheets(sheet, mine)


def _holds_days(header: str, column: Texts) -> bool:
    return is_day_header(header) and bool(column.distinct) and all(map(_day, column.distinct))
