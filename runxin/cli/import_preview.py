"""`runxin import --preview` and `--draft` in words: which header is what, which word which answer, what is unread."""

from collections.abc import Iterator, Sequence
from typing import Any

from data_schemas.mapping import Drafted
from data_schemas.problem_groups import causes, listed
from runxin.errors import Problem, how_many

PROBLEMS_SHOWN = 20
TEXTS_SHOWN = 30
LONGEST = 16  # characters of a header


def preview_words(told: dict[str, Any], problems: Sequence[Problem]) -> str:
    """The preview for a person to compare with the file."""
    lines = [f"{told['name']}, as of {told['as_of']}. Nothing was written."]
    for file in told["files"]:
        lines.append(f"{file['file']}: {how_many(file['rows'], 'row')}, {how_many(len(file['read']), 'column')} read")
        if file["unread"]:
            lines.append(f"  not read: {', '.join(file['unread'])}")
        lines += [f"  {note}" for note in file["notes"]]
    for block in told["blocks"]:
        lines.append(f"{block['block']}: {how_many(block['rows']['written'], 'row')} would be written")
        for column in block["columns"]:
            lines.append(f"  {column['column']} {column['zh']} ← {column['header']}{_blanks(column)}")
            lines += [f"    {line}" for line in _texts(column)]
        if "answers" in block:
            lines += [f"  {line}" for line in _answers(block["answers"])]
            lines += [f"  {line}" for line in _distribution(block["distribution"])]
    lines += told["notes"]
    lines += [f"taken to be so: {asked['ask']} → {asked['answer']}" for asked in told["questions"]]
    if problems:
        lines.append(f"{causes(problems)}: an import would refuse this")
        lines += [f"  {line}" for line in listed(problems, PROBLEMS_SHOWN)]
    else:
        lines.append("no problems")
    return "\n".join(lines)


def drafted_words(drafted: Drafted) -> str:
    """What was drafted, and what a person has to settle."""
    lines = [f"{drafted.path}: {', '.join(drafted.instruments)}"]
    lines += [f"{file}, not read: {', '.join(headers)}" for file, headers in drafted.unread.items()]
    lines += [f"to settle: {line}" for line in drafted.to_do]
    return "\n".join([*lines, f"look it over, then `runxin import --mapping {drafted.path} --preview …`"])


def _answers(answers: dict[str, Any]) -> Iterator[str]:
    headers = answers["headers"]
    taken = f"items {len(headers)} of {answers['items']}, coding {answers['coding']}"
    if headers:
        first, last = min(headers), max(headers)
        taken += f": item {first} ← {_short(headers[first])} … item {last} ← {_short(headers[last])}"
    yield taken + _blanks(answers)
    yield from (f"  {line}" for line in _texts(answers))
    if answers["absent"]:
        yield f"items that the file does not have: {', '.join(map(str, answers['absent']))}"
    if answers["absent_critical"]:
        named = ", ".join(map(str, answers["absent_critical"]))
        yield f"item {named} asks about safety and is not in the file: unknown for everyone, never negative"


def _distribution(told: dict[str, Any] | None) -> Iterator[str]:
    """Where the totals lie, beside what was published; and what was answered to items that ask about safety."""
    if told is None:
        return
    if told["quartiles"]:
        low, middle, high = told["quartiles"]
        scale = f"a scale of {told['lowest']:g} to {told['highest']:g}"
        sheets = how_many(told["with_total"], "sheet")
        yield f"totals of {sheets}: half of them {low:g} to {high:g}, median {middle:g}, on {scale}"
    for item, found in told["critical"].items():
        yield (
            f"item {item}, which asks about safety: {found['positive']} answered above the lowest, "
            f"{found['unknown']} blank, {found['negative']} the lowest"
        )
    for floor in told["floors"]:
        published = [f"{one['share']:.0%} {one['zh']} {one['en']}" for one in floor["expected"]]
        beside = f" (published: {'; '.join(published)})" if published else ""
        doubt = ": is the coding right? No school was published with so many" if floor["doubtful"] else ""
        yield f"{floor['code']}: {floor['share']:.0%} of the sheets reach it{beside}{doubt}"


def _short(header: str) -> str:
    return header if len(header) <= LONGEST else f"{header[:LONGEST]}…"


def _blanks(column: dict[str, Any]) -> str:
    return f" ({column['blank']} of {column['cells']} cells blank)" if column["blank"] else ""


def _texts(column: dict[str, Any]) -> Iterator[str]:
    told = [
        f"{one['text']}{f' = {value}' if (value := one['value']) != one['text'] else ''} ×{one['cells']}"
        for one in column["read"]
        if one["text"] != "…"
    ]
    told += [
        f"{one['value']} ×{one['cells']}" for one in column["read"] if one["text"] == "…" and one["value"][:1].isdigit()
    ]
    if told:
        yield ", ".join([*told[:TEXTS_SHOWN], *(["…"] if told[TEXTS_SHOWN:] else [])])
    missed = [f"{text} ×{n}" for text, n in column["not_understood"].items()]
    if column["others_not_understood"]:
        missed.append(how_many(column["others_not_understood"], "cell"))
    if missed:
        yield f"not understood: {', '.join(missed)}"
