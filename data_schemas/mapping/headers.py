"""Headers of wide exports: which canonical column a header stands for, and which columns are numbered items."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# How platforms head a column, by canonical name; the first one that a file has is taken.
NAMES: dict[str, tuple[str, ...]] = {
    "student_id": ("学号", "学生编号", "学生学号", "学生号", "学生id", "student_id", "student id", "studentid"),
    "school_id": ("学校", "学校名称", "所在学校", "学校编号", "学校代码", "school", "school_id"),
    "class_id": ("班级", "班级名称", "所在班级", "行政班", "班", "class", "class_id"),
    "stage": ("学段", "stage"),
    "grade": ("年级", "所在年级", "就读年级", "grade"),
    "sex": ("性别", "学生性别", "sex", "gender"),
    "birth_date": ("出生日期", "出生年月日", "生日", "birth_date", "birthday"),
    "age_years": ("年龄", "周岁", "年龄(岁)", "age"),
    "boarding": ("是否住校", "住校", "是否寄宿", "寄宿", "boarding"),
    "submitted_at": (
        "提交答卷时间",
        "提交时间",
        "完成时间",
        "作答时间",
        "测评时间",
        "测试时间",
        "答题时间",
        "填写时间",
        "结束时间",
        "结束答题时间",
        "答题结束时间",
        "答卷提交时间",
        "enddate",
        "end date",
        "submitdate",
        "date submitted",
        "_submission_time",
        "completion time",
        "submission date",
    ),
    "administered_on": ("测评日期", "测试日期", "施测日期", "作答日期", "填写日期", "调查日期", "日期", "date"),
    "duration_s": ("用时", "用时(秒)", "所用时间", "作答用时", "作答时长", "答题时长", "答题用时", "时长(秒)"),
}
# Those of a student and not of a sheet.
OF_STUDENTS = frozenset(
    form for name in ("student_id", "school_id", "class_id", "stage", "grade", "sex") for form in NAMES[name]
)
# Columns of a person, not of a screening: they are left unread.
PRIVATE = (
    "姓名",
    "名字",
    "手机",
    "电话",
    "联系方式",
    "身份证",
    "证件",
    "学籍号",
    "住址",
    "地址",
    "微信",
    "邮箱",
    "来自ip",
)
PRIVATE_EXACT = ("name", "qq", "ip", "phone", "mobile", "email")
# What a platform reckoned itself: answers are scored here.
FIGURES = ("总分", "得分", "均分", "因子", "标准分", "结果", "等级", "评价", "预警", "score")
FIGURE = "平台自己算的，不读 / reckoned by the platform; answers are scored here"
SHORT = 12  # an item's wording may hold any of these words, and is longer
SEPARATORS = tuple("、.:)_- 题")  # between a number and the wording
FEWEST = 5  # numbered columns that make a questionnaire
_NUMBERED = re.compile(r"^\d{1,3}\s*[、.:)]\s*")
# How a form asks for a fact: `您的学号是?`. In a parent's form 您的 is the parent's own.
_ASKED = re.compile(
    r"^(?:请(?:输入|填写|填|选择|选|问)?)?(?:您|你|孩子|学生)?(?:的|所在的?|就读的?)?(?P<fact>.+?)"
    r"(?:是|为)?(?:什么|多少|哪个|哪一个)?[?。]?$"
)
_CHILD = re.compile(r"孩子|子女|您的(?:儿子|女儿)")
_MARKS = re.compile(r"[*]|\((?:必填|必答|单选|多选|填空)\)|\[(?:单选题|多选题|填空题)\]|[::]$")


_ROOM = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")


@dataclass(frozen=True)
class Numbered:
    """Columns that are alike but for a number. `pattern` finds each by its number; None where none can. Of columns that
    are `worded` the questions' own words say which items they are, but for those that are `unsure`. Where it is to be
    asked of what questionnaire they are, `choices` are those that it may be."""

    prefix: str
    headers: dict[int, str]
    pattern: str | None
    worded: bool = False
    unsure: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


def canonical(headers: Sequence[str]) -> dict[str, str]:
    """Canonical column → the header that stands for it, as a program heads it or a form asks for it."""
    forms: dict[str, str] = {}
    by_parents = any(_CHILD.search(header) for header in headers)
    for header in headers:
        plain = _plain(header)
        bare = _NUMBERED.sub("", plain)
        asked = _ASKED.fullmatch(bare)
        own = by_parents and ("您" in bare or "你" in bare) and not _CHILD.search(bare)
        for form in (plain, bare, *([asked["fact"]] if asked and not own else [])):
            forms.setdefault(form, header)
    return {name: forms[known[0]] for name in NAMES if (known := [form for form in NAMES[name] if form in forms])}


_DAY = re.compile(r"日期|时间|date|time|_at$|_on$|start|end", re.IGNORECASE)
_NOT_A_SHEETS = re.compile(r"出生|生日|birth|入学|enrol|离校|用时|时长|duration", re.IGNORECASE)


_GENERAL = re.compile(r"(?:学生|个人|基本)*(?:信息|情况|资料)|学生|被试")  # headings that tell nothing apart
_ONLY_A_NUMBER = re.compile(r"(?:第|题|q|item)?\s*_?\d", re.IGNORECASE)


def stacked(headings: Sequence[str], headers: Sequence[str]) -> list[str]:
    """Headers with the heading that stands over several of them, such as `PHQ-9` over 1 … 9: `PHQ-9 1`. A heading
    reaches as far as it is merged or, where cells beside it are blank, over the numbers that follow. A fact of the
    student is the same under any heading."""
    over: list[str] = []
    for heading, header in zip([*headings, *[""] * len(headers)], headers, strict=False):
        over.append(heading or (over[-1] if over and _ONLY_A_NUMBER.match(with_digits(header)) else ""))
    beside = zip(["", *over], over, [*over[1:], ""], headers, strict=False)
    return [
        f"{above} {header}"
        if above not in ("", header) and above in (left, right) and not _says_itself(above, header)
        else header
        for left, above, right, header in beside
    ]


def _says_itself(above: str, header: str) -> bool:
    """Whether a header says the same without the heading above it."""
    return _plain(header) in OF_STUDENTS or bool(_GENERAL.fullmatch(above))


# A number at the front, or behind a name where a mark follows.
_ITEM = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9]*?[-_]?|第)?(?P<number>\d{1,3})(?(name)(?=[_、.:) 题问项条-]))")


def is_day_header(header: str) -> bool:
    """Whether a header may be that of the days on which sheets were filled in."""
    return bool(_DAY.search(header)) and not _NOT_A_SHEETS.search(header)


def maybe_items(headers: Sequence[str]) -> list[str]:
    """Headers that may be those of items. A numbered one may be, whatever words stand behind the number (`6、评价`),
    where the numbers beside it are items too; before and behind them it is a question about the person (`2、姓名`)."""
    headers = [header for header in headers if not _of_a_person(header)]
    plain = {header for header in headers if not why_unread(header)}
    placed = {
        header: (found["name"] or "", int(found["number"]))
        for header in headers
        if (found := _ITEM.match(with_digits(header.strip())))
    }
    items: dict[str, set[int]] = defaultdict(set)
    for header in plain & placed.keys():
        items[placed[header][0]].add(placed[header][1])
    figures = {header for header in placed if why_unread(header) == FIGURE}

    def among(header: str) -> bool:
        """Whether the number lies between those of items; behind a name (`PHQ9_总分`) where it is no item's own."""
        name, number = placed[header]
        inside = range(min(items[name], default=0), max(items[name], default=-1) + 1)
        return number in inside and (not name or number not in items[name])

    bare = {header for header in figures if not placed[header][0]}
    within = {header for header in placed if (not placed[header][0] or header in figures) and among(header)}
    return [header for header in headers if header in plain | bare | within]


def _of_a_person(header: str) -> bool:
    """Whether a form asks for a fact of somebody, such as a parent's own age beside the child's."""
    asked = _ASKED.fullmatch(_NUMBERED.sub("", _plain(header)))
    return asked is not None and any(asked["fact"] in names for names in NAMES.values())


def why_unread(header: str) -> str | None:
    """Why a column that is no item is not read; None where nothing is known of it."""
    form = _NUMBERED.sub("", _plain(header))
    if form in PRIVATE_EXACT or (len(form) <= SHORT and any(word in form for word in PRIVATE)):
        return "个人信息，不读 / about the person, not needed"
    if len(form) <= SHORT and any(word in form for word in FIGURES):
        return FIGURE
    return None


_BETWEEN = re.compile(r"[\s_-]")
_NUMERAL = re.compile(r"(?<=第)[一二三四五六七八九十百零〇]+(?=[题问项条])|^[一二三四五六七八九十百零〇]+(?=[、.:)])")
_PLACES = {"十": 10, "百": 100}


def with_digits(header: str) -> str:
    """A header with the number of its item in digits: 第十二题 is 第12题, and 六、评价 is 6、评价."""
    return _NUMERAL.sub(lambda found: str(of_numeral(found[0])), header, count=1)


def of_numeral(text: str) -> int:
    total = digit = 0
    for sign in text:
        if sign in _PLACES:
            total, digit = total + (digit or 1) * _PLACES[sign], 0
        else:
            digit = _DIGITS.get(sign, 0)
    return total + digit


def numbered(headers: Sequence[str]) -> list[Numbered]:
    """Groups of at least five numbered columns, the largest first taken, in the order of the file."""
    left = list(headers)
    found: list[Numbered] = []
    begins: dict[str, str] = {}
    while True:
        groups: dict[tuple[str, str, bool], dict[int, str]] = defaultdict(dict)
        for header in left:
            form = with_digits(header)
            for number in re.finditer(r"(?<!\d)\d{1,3}(?!\d)", form):
                before, after = form[: number.start()], form[number.end() :]
                name = _BETWEEN.sub("", before).casefold()  # PHQ1, phq2 and PHQ_3 are of one questionnaire
                begins.setdefault(name, before)
                groups[name, after, False].setdefault(int(number[0]), header)
                if after[:1] in SEPARATORS:
                    groups[name, after[:1], True].setdefault(int(number[0]), header)
        if not groups:
            break
        (name, after, wild), members = max(groups.items(), key=lambda one: (len(one[1]), not one[0][2]))
        if len(members) < FEWEST:
            break
        before = begins[name]
        found.append(Numbered(before, dict(sorted(members.items())), _pattern(before, after, wild, members, headers)))
        left = [header for header in left if header not in members.values()]
    found += _rows_of_a_matrix(left)
    place = {header: position for position, header in enumerate(headers)}
    return sorted(found, key=lambda group: min(place[header] for header in group.headers.values()))


_MATRIX = re.compile(r"(?P<question>\d{1,3}\s*[、.].*?)[—―]+(?P<row>.+)")


def _rows_of_a_matrix(headers: Sequence[str]) -> Iterator[Numbered]:
    """The rows of a question that has several, as 问卷星 heads them (`6、过去两周里—入睡困难`), in the file's
    order."""
    found: dict[str, list[str]] = defaultdict(list)
    for header in headers:
        if row := _MATRIX.fullmatch(header):
            found[row["question"]].append(header)
    for question, rows in found.items():
        if len(rows) >= FEWEST:
            yield Numbered(question, dict(enumerate(rows, start=1)), None)


def _pattern(before: str, after: str, wild: bool, members: dict[int, str], headers: Sequence[str]) -> str | None:
    """The pattern by which each number finds its own header and no other."""
    if "*" in before or "{" in before:
        return None
    for number, header in members.items():
        start = f"{before}{number}{after}"
        if [one for one in headers if (one.startswith(start) if wild else one == start)] != [header]:
            return None
    return f"{before}{{n}}{after}{'*' if wild else ''}"


def _plain(header: str) -> str:
    """A header without the marks that platforms put around it, and without room between Chinese letters."""
    return _ROOM.sub("", _MARKS.sub("", header)).strip().casefold()


_GRADE = re.compile(r"(?:(小学?|初中?|高中?))?\s*(\d{1,2}|[一二三四五六七八九])\s*(年级?)?")
_DIGITS = {digit: number for number, digit in enumerate("一二三四五六七八九", start=1)}
_FIRST = {"小": 0, "初": 6, "高": 9}


def grade_of(text: str) -> int | None:
    """The grade, 1 to 12, of words such as 七年级, 初一, 高二(3)班, 7年级 or 8; None where they do not say it."""
    found = _GRADE.match(text)
    if not found:
        return None
    stage, digits, word = found.groups()
    number = _DIGITS.get(digits) or int(digits)
    rest = text[found.end() :]
    if not stage and not word and rest and not (digits in _DIGITS and rest[0] in "(0123456789"):
        return None  # `3班` is a class and no grade; `八(2)班` and `八2班` say both
    grade = number + _FIRST[stage[0]] if stage and number <= _most(stage[0]) else number
    return grade if 1 <= grade <= 12 else None


def _most(stage: str) -> int:
    return 6 if stage == "小" else 3
