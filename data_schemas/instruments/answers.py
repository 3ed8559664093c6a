"""Answers as a person writes them: numbers, full-width digits, or the words of a questionnaire's coding."""

from data_schemas.cells import text_of
from data_schemas.instruments.definition import Instrument
from data_schemas.instruments.scorer import declared_coding
from runxin.errors import Problem, bad_data, how_many


def read_answers(instrument: Instrument, text: str, coding: str | None) -> list[int | None]:
    """Answers separated by commas, None where a place is empty.

    Raises `UserError` for a scale that is scored elsewhere, a wrong number of answers, and words that are not known.
    """
    if instrument.form == "scores":
        problem = Problem(f"{instrument.code}: {instrument.licence.text}", fix="import its totals as rows of `scores`")
        raise bad_data(f"{instrument.code} is scored elsewhere: its answers are not read", [problem])
    used = declared_coding(instrument, coding)
    parts = text.replace("，", ",").split(",")
    if len(parts) != instrument.items:
        what = f"{instrument.code} has {instrument.items} items, answers given: {len(parts)}"
        raise bad_data(what, fix="an empty place between commas is a blank")
    answers: list[int | None] = []
    problems = []
    for number, part in enumerate(parts, start=1):
        word = text_of(part)
        if word is None:
            answers.append(None)
        elif word in used.words:
            answers.append(used.words[word])
        elif word.removeprefix("-").isdecimal():
            answers.append(int(word))
        else:
            known = ", ".join([f"{used.low}–{used.high}", *used.words])
            problems.append(
                Problem("this is no answer of the coding", column=f"item_{number}", fix=f"known are {known}")
            )
    if problems:
        raise bad_data(f"{how_many(len(problems), 'answer')} cannot be read", problems)
    return answers
