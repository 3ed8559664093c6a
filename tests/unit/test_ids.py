"""Two ids that look alike are the same: what cannot be seen, reorders or has another form has no place in one."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_schemas.cells import text_of
from data_schemas.ids import BadId, plain_id

HIDDEN = {
    "\u200b": "U+200B ZERO WIDTH SPACE",
    "\u200d": "U+200D ZERO WIDTH JOINER",
    "\u2060": "U+2060 WORD JOINER",
    "\u00ad": "U+00AD SOFT HYPHEN",
    "\ufeff": "U+FEFF ZERO WIDTH NO-BREAK SPACE",
    "\u202e": "U+202E RIGHT-TO-LEFT OVERRIDE",
    "\u2066": "U+2066 LEFT-TO-RIGHT ISOLATE",
    "\u200f": "U+200F RIGHT-TO-LEFT MARK",
    "\ue000": "U+E000 private character",
    "\U000f0000": "U+F0000 private character",
    "\x00": "U+0000 control character",
    "\x7f": "U+007F control character",
    "\t": "U+0009 control character",
    "\n": "U+000A control character",
    " ": "U+0020 SPACE",
    "\u00a0": "U+00A0 NO-BREAK SPACE",
    "\u3000": "U+3000 IDEOGRAPHIC SPACE",
    "\u2028": "U+2028 LINE SEPARATOR",
    "\u3164": "U+3164 HANGUL FILLER",
    "\u115f": "U+115F HANGUL CHOSEONG FILLER",
    "\u034f": "U+034F COMBINING GRAPHEME JOINER",
    "\ufe0f": "U+FE0F VARIATION SELECTOR-16",
    "\U000e0100": "U+E0100 VARIATION SELECTOR-17",
    "\u2800": "U+2800 BRAILLE PATTERN BLANK",
    "\ud800": "U+D800 half of a pair",
    "\uffff": "U+FFFF unassigned character",
}


@pytest.mark.parametrize("character", HIDDEN, ids=lambda one: f"{ord(one):04X}")
@pytest.mark.parametrize("form", ["S-10{}77", "{}S-1077", "S-1077{}", "{}"])
def test_what_cannot_be_seen_is_named(character: str, form: str) -> None:
    with pytest.raises(BadId) as refused:
        plain_id(form.format(character))
    assert refused.value.what == f"an id holds no {HIDDEN[character]}"
    assert refused.value.fix == "remove it"


FORMS = {
    "\uff11": ("U+FF11 FULLWIDTH DIGIT ONE", "write U+0031 DIGIT ONE"),
    "\uff21": ("U+FF21 FULLWIDTH LATIN CAPITAL LETTER A", "write U+0041 LATIN CAPITAL LETTER A"),
    "\uff08": ("U+FF08 FULLWIDTH LEFT PARENTHESIS", "write U+0028 LEFT PARENTHESIS"),
    "\u2460": ("U+2460 CIRCLED DIGIT ONE", "write U+0031 DIGIT ONE"),
    "\ufb01": ("U+FB01 LATIN SMALL LIGATURE FI", "write U+0066 LATIN SMALL LETTER F U+0069 LATIN SMALL LETTER I"),
}


@pytest.mark.parametrize("character", FORMS, ids=lambda one: f"{ord(one):04X}")
def test_another_form_is_named_with_the_plain_one(character: str) -> None:
    with pytest.raises(BadId) as refused:
        plain_id(f"S-{character}")
    assert (refused.value.what.removeprefix("an id holds no "), refused.value.fix) == FORMS[character]


def test_two_characters_that_are_written_as_one_are_refused() -> None:
    with pytest.raises(BadId, match=r"composed characters \(NFC\)"):
        plain_id("e\u0301")
    assert plain_id("\u00e9") == "\u00e9"


@pytest.mark.parametrize("text", ["S-1077", "七(1)班", "淮安市第一中学", "a" * 64, "x/y:z@#", "ۇيغۇر", "བོད་"])
def test_what_people_write_is_an_id(text: str) -> None:
    assert plain_id(text) == text


@pytest.mark.parametrize("text", ["", "a" * 65])
def test_an_id_has_a_length(text: str) -> None:
    with pytest.raises(BadId, match="1 to 64 characters"):
        plain_id(text)


@given(st.text(max_size=70))
def test_an_id_is_what_a_file_would_be_read_as(text: str) -> None:
    """Whatever is accepted stays itself when a file is levelled, so that one student has one id by every door."""
    try:
        plain_id(text)
    except BadId:
        return
    assert text_of(text) == text or text.endswith(".0"), "a spreadsheet's 3.0 is 3"
    assert all(unicodedata.category(one) not in ("Cf", "Cc", "Co") for one in text)
