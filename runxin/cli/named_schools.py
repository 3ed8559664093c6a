"""Schools as they are named at the command line: a comma stands between several, and each is one that is known."""

import re
from collections.abc import Sequence

from runxin.errors import usage
from serving.store import Store, check_schools_known, school_ids

HELP = "may be repeated, or several with commas between them"


def split_schools(given: Sequence[str] | None) -> list[str]:
    """Each school once, in the order in which they are named; raises `UserError` (usage) where a name is blank."""
    names = [name.strip() for text in given or () for name in re.split("[,，]", text)]
    if "" in names:
        raise usage("a school without a name", fix="write a single comma between two schools")
    return list(dict.fromkeys(names))


def schools_to_read(store: Store, given: Sequence[str] | None) -> list[str]:
    """The schools that are asked for, each known or with something on file; none where all are meant. Raises
    `UserError` (usage) for others, since a misspelt school must not look like one without students."""
    asked = split_schools(given)
    on_file = school_ids(store) if asked else []
    check_schools_known(store, [school for school in asked if school not in on_file])
    return asked


def school_to_read(store: Store, given: str | None) -> str | None:
    """The one school that is asked for; raises `UserError` (usage) for several or an unknown one."""
    asked = schools_to_read(store, None if given is None else [given])
    if len(asked) > 1:
        raise usage("one school is named here", fix="run it once for each")
    return asked[0] if asked else None
