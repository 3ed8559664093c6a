"""Why somebody reads individual records: said in words and put in the trail."""

from runxin.errors import usage

LONGEST = 200


def checked_reason(reason: str) -> str:
    """The reason as it goes to the trail; raises `UserError` where nothing is said, or more than a line."""
    said = reason.strip()
    if not said:
        raise usage("a reason is needed: individual records are read", fix="say it with --reason, without names")
    if len(said) > LONGEST or not said.isprintable():
        raise usage(f"a reason is one line of at most {LONGEST} characters")
    return said
