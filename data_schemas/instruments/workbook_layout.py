"""What stands where in the Excel sheet of a school's own questionnaire: one declaration for writing and for reading."""

from dataclasses import dataclass
from typing import get_args

from data_schemas.instruments.definition import Family


@dataclass(frozen=True)
class Field:
    """A column of a sheet, or a line of the first one. `choices` (what is shown → what it means) make a dropdown."""

    key: str
    zh: str
    en: str
    required: bool = False
    whole: bool = False
    number: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""

    @property
    def header(self) -> str:
        return f"{self.zh} {self.en}"


YES = (("是", "yes"), ("否", "no"))
KINDS = (("总和", "sum"), ("平均", "mean"))
POLARITIES = (("越高越需关注", "adverse"), ("越高越好", "protective"), ("不论", "neutral"))
TIERS = (("关注", "watch"), ("重点", "priority"), ("危机", "crisis"))
STATUSES = (("已核实", "confirmed"), ("转述", "unconfirmed"), ("本校规定", "policy"))
FAMILIES = tuple((name, name) for name in get_args(Family))

# The first sheet: a line for each, its answer in the second column.
ABOUT = "量表"
ABOUT_FIELDS = (
    Field("code", "代码", "code", True, hint="小写字母开头，字母、数字、下划线；不能与自带量表相同"),
    Field("name_zh", "中文名称", "name (zh)", True),
    Field("name_en", "英文名称", "name (en)", True),
    Field("family", "类别", "family", True, choices=FAMILIES),
    Field("items", "题数", "number of items", True, whole=True),
    Field("low", "最低编码", "lowest code", True, whole=True, hint="例如 0 或 1"),
    Field("high", "最高编码", "highest code", True, whole=True),
    Field("kind", "总分计分", "scoring of the total", True, choices=KINDS),
    Field("polarity", "总分方向", "direction of the total", True, choices=POLARITIES[:2]),
    Field("recall_days", "询问的时间范围（天）", "recall window (days)", True, whole=True, hint="例如“最近两周”填 14"),
    Field("age_from", "适用年龄起", "from age", True, number=True),
    Field("age_to", "适用年龄止（不含）", "below age", True, number=True),
    Field("licence", "许可", "licence", True, choices=(("可自由使用", "free"), ("仅记分键", "keys_only"))),
    Field("licence_text", "许可说明", "licence in words", True),
    Field(
        "suicidality", "是否问及自杀意念", "asks about suicide", True, choices=YES, hint="选“是”时，题目表须有关键题"
    ),
    Field("most_missing", "最多可漏答题数", "most blank items", True, whole=True, hint="超过则不计总分"),
    Field("high_from", "总分多少起算高", "high from", number=True, hint="未问及自杀意念的量表须填：达到后当面询问安全"),
    Field("source", "出处", "source", True, hint="论文、手册或文件；每个数字都由它负责"),
    Field("source_status", "出处是否核实", "status of the source", True, choices=STATUSES),
)

ITEMS, WORDS, SCALES, BANDS, RULES = "题目", "选项", "分量表", "分段", "规则"
TABLES: dict[str, tuple[Field, ...]] = {
    ITEMS: (
        Field("item", "题号", "item", True, whole=True),
        Field("reversed", "反向计分", "reversed", choices=YES),
        Field("scale", "分量表代码", "scale code"),
        Field("zh", "简称", "short name (zh)"),
        Field("en", "英文简称", "short name (en)"),
        Field("topic", "关键题", "critical", choices=(("自杀意念", "suicidality"), ("伤害他人", "harm_to_others"))),
        Field("at_least", "从哪个编码起", "from code", whole=True),
        Field("tier", "等级", "tier", choices=TIERS),
    ),
    WORDS: (Field("word", "文字", "words", True), Field("code", "编码", "code", True, whole=True)),
    SCALES: (
        Field("code", "代码", "code", True),
        Field("zh", "中文名称", "name (zh)", True),
        Field("en", "英文名称", "name (en)", True),
        Field("kind", "计分", "scoring", True, choices=KINDS),
        Field("polarity", "方向", "direction", True, choices=POLARITIES),
        Field("most_missing", "最多可漏答题数", "most blank items", True, whole=True),
    ),
    BANDS: (
        Field("score", "分数代码", "score", True, hint="总分写 total"),
        Field("at_least", "起点", "from", True, number=True),
        Field("code", "代码", "code", True),
        Field("zh", "中文", "zh", True),
        Field("en", "英文", "en", True),
    ),
    RULES: (
        Field("score", "分数代码", "score", True),
        Field("at_least", "起点", "from", True, number=True),
        Field("tier", "等级", "tier", True, choices=TIERS[:2]),
    ),
}

# A small invented scale, so that a user sees what goes where and writes over it.
EXAMPLE_ABOUT = {
    "code": "example",
    "name_zh": "示例量表（虚构）",
    "name_en": "an invented example",
    "family": "other",
    "items": 6,
    "low": 0,
    "high": 3,
    "kind": "总和",
    "polarity": "越高越需关注",
    "recall_days": 14,
    "age_from": 9,
    "age_to": 19,
    "licence": "可自由使用",
    "licence_text": "示例，无版权 / an example without copyright",
    "suicidality": "是",
    "most_missing": 1,
    "high_from": 12,
    "source": "本示例为虚构 / this example is invented",
    "source_status": "本校规定",
}
EXAMPLE_TABLES: dict[str, tuple[tuple[object, ...], ...]] = {
    ITEMS: (
        (1, None, "mood", "第1题", "item 1", None, None, None),
        (2, None, "mood", "第2题", "item 2", None, None, None),
        (3, "是", "mood", "第3题", "item 3", None, None, None),
        (4, None, "sleep", "第4题", "item 4", None, None, None),
        (5, None, "sleep", "第5题", "item 5", None, None, None),
        (6, None, None, "第6题", "item 6", "自杀意念", 1, "重点"),
    ),
    WORDS: (("从不", 0), ("有时", 1), ("经常", 2), ("总是", 3)),
    SCALES: (
        ("mood", "情绪", "mood", "总和", "越高越需关注", 0),
        ("sleep", "睡眠", "sleep", "总和", "越高越需关注", 0),
    ),
    BANDS: (
        ("total", 0, "low", "低", "low"),
        ("total", 6, "medium", "中等", "medium"),
        ("total", 12, "high", "高", "high"),
    ),
    RULES: (("total", 12, "关注"),),
}
HOW_TO = (
    "怎样填写 / How to fill this in",
    "1. “量表”一页逐行填写第二列；其余各页每行一条。示例（虚构的六题量表）请全部改掉。",
    "2. 分量表、分段、规则、选项可以留空。没有规则的量表照样计分，但不会单独提高等级。",
    "3. 关键题：只要答到“从哪个编码起”，无论总分多少都会提示当面核查；漏答也会提示询问。",
    "4. 方向必须写明：越高越需关注，还是越高越好。程序不会猜。",
    "5. 不要写题目原文，除非许可允许；这里只需要题号与简称。",
    "6. 保存后运行：runxin instrument new --from 本文件.xlsx。有错的地方会按页、行、列指出。",
    "1. Fill in the second column of the first page; other pages have a row an entry. Overwrite the invented example.",
    "2. Scales, bands, rules and words may stay empty. Without rules a questionnaire is scored and opens no tier.",
    "3. A critical item that reaches its code is looked at in person whatever the total; one left blank is asked.",
    "4. The direction has to be said: higher is of concern, or higher is better. Nothing is guessed.",
    "5. Do not write items out unless their licence allows it; numbers and short names are enough.",
    "6. Save, then: runxin instrument new --from FILE.xlsx. What is wrong is named by page, row and column.",
)
