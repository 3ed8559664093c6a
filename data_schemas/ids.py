"""What an id is made of: characters that a person sees and that stand in one order, in the one form that files are
read in, so that two ids that look alike are the same."""

import re
import unicodedata

# Default_Ignorable_Code_Point of Unicode 15.0 (DerivedCoreProperties.txt) outside the category Cf, and the blank
# Braille pattern: none of them leaves a mark on the screen.
INVISIBLE = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
# Cc control, Cf format (zero-width, bidi, soft hyphen, byte order mark), Cs surrogate, Co private use, Cn unassigned,
# Z* every space and separator.
REFUSED = frozenset(["Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"])
NAMELESS = {"Cc": "control character", "Co": "private character", "Cn": "unassigned character", "Cs": "half of a pair"}
LONGEST = 64
_DRESSED = re.compile(r'="(?P<inner>[^"]*)"|\'(?P<digits>\d+)')


class BadId(ValueError):
    """What is wrong with an id, and what to do; neither repeats more of it than one character's name."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix


def plain_id(text: str) -> str:
    """The id itself, of 1 to 64 characters; raises `BadId` that names the first character that has no place in one.

    Refused are spaces (leading and trailing ones too), what is invisible or changes the order of what is shown, private
    and unassigned characters, and every form that levelling (NFKC, as files are read) would turn into another one,
    such as full-width digits.
    """
    if not 1 <= len(text) <= LONGEST:
        raise BadId(f"an id has 1 to {LONGEST} characters", "send the student's or school's own id")
    if undressed(text) != text:
        raise BadId("an id is written as a spreadsheet's formula or text", "send what stands in it alone")
    if text.isascii() and text.isprintable() and " " not in text:
        return text
    for character in text:
        if unicodedata.category(character) in REFUSED or character in INVISIBLE:
            raise BadId(f"an id holds no {name_of(character)}", "remove it")
    levelled = unicodedata.normalize("NFKC", text)
    if levelled != text:
        raise BadId(*_unlevelled(text, levelled))
    return text


def undressed(text: str) -> str:
    """A text without what keeps a spreadsheet from reading its digits as a number: `="0017"` and `'0017` are 0017."""
    found = _DRESSED.fullmatch(text)
    return text if found is None else found["inner"] or found["digits"]


def plain_school_id(text: str) -> str:
    """A school's id: `plain_id` without a comma, since a comma stands between schools wherever several are named."""
    if "," in plain_id(text):
        raise BadId("a school's id holds no comma", "name one school, or take another sign")
    return text


def name_of(character: str) -> str:
    """The character's number and Unicode name, which can be read where it cannot be seen: `U+200B ZERO WIDTH SPACE`."""
    number = f"U+{ord(character):04X}"
    # Controls have no name of their own; private and unassigned characters have none at all.
    named = unicodedata.name(character, "")
    return f"{number} {named or NAMELESS.get(unicodedata.category(character), 'without a name')}"


def _unlevelled(text: str, levelled: str) -> tuple[str, str]:
    for character in text:
        plain = unicodedata.normalize("NFKC", character)
        if plain != character:
            shown = " ".join(name_of(one) for one in plain)
            return f"an id holds no {name_of(character)}", f"write {shown}"
    # Each character is plain by itself, and two of them are written as one.
    return "an id is written in composed characters (NFC)", "compose them: normalise the id to NFKC"
