"""One of a thing, in English sentences that were written for many: `absent for 1 days` is `absent for 1 day`."""

import re

NOUNS = (
    *("day", "time", "month", "year", "hour", "minute", "week", "Monday", "student", "sheet", "item", "report"),
    *(
        "school",
        "class",
        "record",
        "piece",
        "person",
        "question",
        "row",
        "file",
        "talk",
        "episode",
        "interview",
        "deadline",
    ),
)
_MANY = {"person": "people", "class": "classes"}
_PLURAL = {_MANY.get(noun, f"{noun}s"): noun for noun in NOUNS}
_ONE = re.compile(
    rf"(?<![\w.,:/–-])(?P<one>[+-]?1) (?P<of>school |open )?(?P<noun>{'|'.join(map(re.escape, _PLURAL))})"
    r"(?P<also> or Fridays)?\b"
)


def one_of(sentence: str) -> str:
    """A sentence with the singular behind each 1 that counts something."""
    if "1 " not in sentence:
        return sentence
    return _ONE.sub(
        lambda found: f"{found['one']} {found['of'] or ''}{_PLURAL[found['noun']]}{' or Friday' * bool(found['also'])}",
        sentence,
    )
