"""Write a page for each packaged questionnaire into docs/instruments; with --check only say whether they are fresh."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from data_schemas.codes import Tier
from data_schemas.instruments import Instrument, Score, packaged_instruments
from data_schemas.instruments.parts import BandSet, InstrumentFloor
from runxin.cli.instrument_words import item_runs

PAGES = Path(__file__).parents[1] / "docs" / "instruments"
LICENCES = {
    "free": "自由使用 / free to use",
    "keys_only": "只有记分键，没有题面 / keys only, no wording",
    "score_only": "只读分数，不记分 / scored elsewhere, totals are read",
}
POLARITIES = {"adverse": "越高越需关注 / higher is worse", "protective": "越高越好 / higher is better"}
STATUSES = {
    "confirmed": "已核实 confirmed",
    "unconfirmed": "**待核实 unconfirmed**",
    "policy": "**本项目的约定 policy**",
}
KINDS = {
    "sum": "和 sum",
    "mean": "均值 mean",
    "count": "项目数 count",
    "mean_of_counted": "所计项目的均值 mean of counted",
    "level": "级别 level",
    "given": "读入 as given",
}
INDEX = """# 量表 Questionnaires

记分键、分段、关键题和阈值一律来自下面各页列出的来源。*待核实*的数字只见于转述，*约定*是本项目自己定的：两者都要由使用者定夺。
Keys, bands, critical items and thresholds come from the sources on each page. *Unconfirmed* numbers are passed on by
others only, a *policy* is Runxin's own choice: both are for their users to settle. The pages are written from the
definitions in `data_schemas/instruments/definitions` by `scripts/instrument_pages.py`. A school adds its own with
`runxin instrument template` and `runxin instrument new`.

A score says how someone answered, never what someone has: no page here is a diagnosis.

"""


def pages() -> dict[str, str]:
    """Name → text of every page and of the index."""
    known = packaged_instruments()
    found = {f"{code}.md": page(one) for code, one in known.items()}
    rows = [
        [
            f"[{one.label.zh}]({code}.md)",
            one.name.en,
            str(one.items or "–"),
            _range(*one.range_of("total")),
            f"{one.recall.days}",
            "、".join(str(critical.item) for critical in one.critical) or "–",
            one.licence.status,
        ]
        for code, one in sorted(known.items())
    ]
    head = ["量表", "questionnaire", "items", "total", "recall, days", "critical items", "licence"]
    return {"README.md": INDEX + _table(head, rows) + "\n", **found}


def page(one: Instrument) -> str:
    """The page of one questionnaire."""
    parts = [
        f"# {one.name.zh}\n\n{one.name.en}. Code `{one.code}`.",
        *_facts(one),
        *_scores(one),
        *_safety(one),
        *_rest(one),
    ]
    sources = [[f"`{key}`", STATUSES[source.status], source.text] for key, source in one.sources.items()]
    parts += ["## 来源 Sources", _table(["key", "status", "source"], sources)]
    return "\n\n".join(parts) + "\n"


def _facts(one: Instrument) -> Iterator[str]:
    youngest, oldest = one.age.years
    rows = [
        ["题数 items", str(one.items or "–")],
        ["询问的时间范围 recall window", f"{one.recall.days} days (`{one.recall.source}`)"],
        ["年龄 ages", f"{youngest:g} to {oldest:g} (`{one.age.source}`)"],
        ["许可 licence", f"{LICENCES[one.licence.status]}. {one.licence.text} (`{one.licence.source}`)"],
        [
            "询问自杀 asks about suicide",
            "是 yes" if one.suicidality_covered else "否 no: a low total says nothing about safety",
        ],
    ]
    if one.missing:
        rows.append(["空题 blanks", f"a total with up to {one.missing.most} (`{one.missing.source}`)"])
    if one.reversed:
        rows.append(["反向题 reversed items", f"{item_runs(one.turned)} (`{one.reversed.source}`)"])
    yield _table(["", ""], rows)
    if one.notes:
        yield f"{one.notes.zh} / {one.notes.en}"
    if one.codings:
        yield "## 编码 Codings"
        yield _table(
            ["name", "answers", "brought to the first one by", "words that are read", "source"],
            [
                [
                    f"`{coding.variant}`",
                    _range(coding.low, coding.high),
                    ("turning it round" if coding.flipped else "") + (f"{coding.shift:+d}" if coding.shift else "")
                    or "–",
                    "、".join(f"{word} {code}" for word, code in coding.words.items()) or "–",
                    f"`{coding.source}`",
                ]
                for coding in one.codings
            ],
        )
        if one.must_declare_coding:
            yield "编码方式必须写明。The coding has to be declared: read the wrong way, every score is turned about."


def _scores(one: Instrument) -> Iterator[str]:
    yield "## 得分 Scores"
    rows = [
        [
            f"`{score.code}`",
            f"{score.zh} {score.en}",
            _how(score),
            item_runs(score.items) if score.items else ("–" if score.kind == "given" else "all"),
            _range(*one.range_of(score.code)),
            POLARITIES.get(score.polarity, "无方向 / no direction"),
            "–"
            if score.kind == "given"
            else str(one.most_missing if score.most_missing is None else score.most_missing),
            f"`{score.source}`",
        ]
        for score in one.scores
    ]
    yield _table(["code", "名称 name", "kind", "items", "range", "polarity", "blanks up to", "source"], rows)
    banded = [(score, bands) for score in one.scores for bands in score.bands]
    if banded:
        yield "## 分段 Bands"
        rows = [[f"`{score.code}`", _who(bands), _bands(bands), f"`{bands.source}`"] for score, bands in banded]
        yield _table(["score", "for", "from", "source"], rows)
    if one.cuts:
        yield "## 已发表的界值 Published cut-offs"
        yield "仅供阅读，不据此作任何决定。For reading; nothing is decided by them."
        yield _table(
            ["score", "from", "for what", "sensitivity", "specificity", "AUC", "source"],
            [
                [f"`{cut.score}`", f"{cut.at_least:g}", f"{cut.zh} {cut.en}"]
                + [_figure(figure) for figure in (cut.sensitivity, cut.specificity, cut.auc)]
                + [f"`{cut.source}`"]
                for cut in one.cuts
            ],
        )


def _safety(one: Instrument) -> Iterator[str]:
    if one.critical:
        yield "## 关键题 Critical items"
        yield "空着就是未知，不是否定，从不补值。A blank one is unknown: never negative, never filled in."
        yield _table(
            ["item", "about", "from which answer which tier", "source"],
            [
                [
                    str(one_item.item),
                    f"{one_item.zh} {one_item.en}",
                    "; ".join(
                        f"{level.at_least}: {_tier(level.tier)} {level.rule or ''}".strip() for level in one_item.levels
                    ),
                    f"`{one_item.source}`",
                ]
                for one_item in one.critical
            ],
        )
    if one.soft:
        yield "## 提示题 Items worth asking about"
        yield _table(
            ["item", "about", "from", "source"],
            [[str(soft.item), f"{soft.zh} {soft.en}", str(soft.at_least), f"`{soft.source}`"] for soft in one.soft],
        )
    yield "## 分数底线 Floors of figures"
    if one.no_floor:
        yield f"无。None: {one.no_floor}"
    else:
        yield _table(
            ["id", "tier", "when", "share to expect", "source"],
            [
                [f"`{one.code}-{floor.code}`", _tier(floor.tier), _when(floor), _expected(floor), f"`{floor.source}`"]
                for floor in one.floors
            ],
        )
    for high in () if one.suicidality_covered else one.high:
        score, start, source = high.score, high.at_least, high.source
        yield f"`{score}` 达到 {start:g} 时当面询问安全。From {start:g} on a person asks about safety (`{source}`)."


def _rest(one: Instrument) -> Iterator[str]:
    if one.validity:
        yield "## 作废规则 Void sheets"
        yield "作废的答卷重测；其中的关键题仍然有效。A void sheet is repeated; its critical items still count."
        rows = [
            [f"`{rule.score}`", f"{rule.at_least:g}", f"{rule.zh} {rule.en}", f"`{rule.source}`"]
            for rule in one.validity
        ]
        yield _table(["score", "from", "why", "source"], rows)
    if one.branches:
        yield "## 跳题 Branching"
        rows = [
            [str(branch.item), str(branch.answer), item_runs(branch.skips), f"`{branch.source}`"]
            for branch in one.branches
        ]
        yield _table(["item", "answered", "not asked", "source"], rows)
    if one.contradictions:
        yield "## 互相矛盾的题 Contradicting items"
        rows = [[item_runs(pair.items), f"`{pair.source}`"] for pair in one.contradictions]
        yield _table(["items", "source"], rows)
    if one.reliability:
        yield "## 信度 Reliability"
        rows = [
            [f"`{known.score}`", f"{known.value:g}", known.kind, _figure(known.sd), f"`{known.source}`"]
            for known in one.reliability
        ]
        yield _table(["score", "value", "kind", "SD", "source"], rows)


def _how(score: Score) -> str:
    told = KINDS[score.kind] + (f" × {score.times:g}" if score.times != 1 else "")
    told += ", 取整 truncated" if score.truncated else ""
    return told + (f", from an answer of {score.counts_from}" if score.counts_from is not None else "")


def _who(bands: BandSet) -> str:
    ages = f"{bands.ages[0]:g}–{bands.ages[1]:g} years" if bands.ages else ""
    return ", ".join(part for part in (bands.scheme, bands.respondent, bands.sex, ages) if part) or "–"


def _bands(bands: BandSet) -> str:
    return " · ".join(f"{band.at_least:g} {band.zh} {band.en}" for band in bands.bands)


def _when(floor: InstrumentFloor) -> str:
    return " or ".join(
        f"{part.how_many} of {', '.join(f'`{code}`' for code in part.scores)} from {part.at_least:g}"
        for part in floor.when
    )


def _expected(floor: InstrumentFloor) -> str:
    return "; ".join(f"{one.share:.1%} {one.zh} {one.en} (`{one.source}`)" for one in floor.expected) or "–"


def _tier(code: str) -> str:
    return f"{Tier.of(code).zh} {Tier.of(code).en}"


def _range(low: float, high: float) -> str:
    return f"{low:g}–{high:g}"


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)])


def main() -> int:
    fresh = pages()
    stands = {path.name: path.read_text("utf-8") for path in PAGES.glob("*.md")}
    if "--check" in sys.argv:
        return int(fresh != stands)
    PAGES.mkdir(parents=True, exist_ok=True)
    for name in stands.keys() - fresh.keys():
        (PAGES / name).unlink()
    for name, text in fresh.items():
        (PAGES / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
