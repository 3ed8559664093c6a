"""Columns among the items that are no items: questions that look whether somebody reads at all (`此题请选好几天`)."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from data_schemas.cells import Texts
from data_schemas.mapping.headers import Numbered
from data_schemas.mapping.questions import Question, reference
from data_schemas.mapping.recognition import Recognised

_CHECK = re.compile(
    r"(?:此|本|该|这)(?:一?道?题|项)[^,，。]{0,6}选(?!项)|请(?:直接|务必)?选(?:择)?\s*[\"'“”‘’「『《(]|"
    r"请(?:直接|务必)?选(?:择)?(?:第?[一二三四五A-Ea-e1-5](?:个|项)?|完全|几乎|好几天|从不|没有|总是|是|否|有|无)(?!.{6,})|"
    r"注意力(?:检测|检查|测试|题)|测谎题?$|认真(?:作答|答题)(?:检测|检查|题)|attention.?check|instructed.?(?:item|response)",
    re.IGNORECASE,
)
BESIDE = " + "  # between columns of an answer
FEWEST_SHEETS = 5  # with fewer a column may be the same for everyone by chance
MANY_SHEETS = 10  # with fewer it has to be the same for everyone
ALIKE = 0.9  # share of many sheets with one answer, from which a column is hardly an item


def without_checks(groups: Sequence[Numbered]) -> tuple[list[Numbered], list[str]]:
    """The groups without columns whose own words say that they only look whether somebody reads, and these. The items
    behind one move up by one."""
    checks: list[str] = []
    kept = []
    for group in groups:
        mine = [header for header in group.headers.values() if _CHECK.search(header)]
        checks += mine
        rest = [header for header in group.headers.values() if header not in mine]
        numbers = list(group.headers)
        through = numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        if not mine or not rest:
            kept.append(group)
        elif through:
            kept.append(replace(group, headers=dict(enumerate(rest, start=numbers[0])), pattern=None))
        else:  # with gaps nobody can tell what a number means: the others keep theirs
            left = {number: header for number, header in group.headers.items() if header not in mine}
            kept.append(replace(group, headers=left, pattern=None))
    return [group for group in kept if not all(header in checks for header in group.headers.values())], checks


def which_are_none(name: str, found: Recognised, texts: Mapping[str, Texts]) -> tuple[str | None, Question | None]:
    """Where a form has more columns than items, those behind the items are none of them, unless nearly everyone gave
    one answer, which is not the usual one, to one of the others: then it is asked which are none. What stands in the
    mapping for them, and the question; nothing where it is plain."""
    behind = len(found.behind)
    alike = [header for header in found.headers.values() if _same_for_all(texts[header], found.headers, texts)]
    if not behind or not alike or len(alike) > behind:
        return None, None
    code = found.instrument.code if found.instrument is not None else ""
    others = BESIDE.join([*alike, *found.behind[len(alike) :]])
    ask = (
        f"{code}：{len(found.headers) + behind} 列只有 {len(found.headers)} 题，{'、'.join(alike)} "
        "几乎人人答案相同，像是检查是否认真作答的题。哪一列不是量表的题？ / nearly everyone gave one answer to "
        f"{', '.join(alike)}: a question that looks whether somebody reads? Which columns are no items of {code}?"
    )
    question = Question(id=f"{name}-beside", ask=ask, choices=(others, BESIDE.join(found.behind)))
    return reference(question.id), question


def _same_for_all(column: Texts, headers: Mapping[int, str], texts: Mapping[str, Texts]) -> bool:
    counted = column.counted()
    given = sum(counted.values())
    wanted = ALIKE if given >= MANY_SHEETS else 1.0
    if given < FEWEST_SHEETS or max(counted.values()) < wanted * given:
        return False
    usual = max(counted, key=lambda text: counted[text])
    others: Counter[str] = Counter()
    for header in headers.values():
        others.update(texts[header].counted() if texts[header] is not column else {})
    return not others or others.most_common(1)[0][0] != usual  # the commonest answer of all says nothing
