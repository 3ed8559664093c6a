"""Asking what a mapping leaves open, at a terminal; the answers are written into the mapping."""

import sys
from pathlib import Path

import typer

from data_schemas.mapping import Question, answer_questions, questions_of
from runxin.cli.output import console


def ask_open(mapping: Path) -> None:
    """Ask each open question of the mapping in turn, where a person is there to answer; a blank leaves it open."""
    if not sys.stdin.isatty():
        return
    for question in questions_of(mapping):
        if not question.fits(question.answer) and (picked := _picked(question)):
            answer_questions(mapping, [f"{question.id}={picked}"])


def _picked(question: Question) -> str:
    """The answer of the person, by its number or as it is written; blank where there is none."""
    console.print(question.ask, highlight=False, markup=False, soft_wrap=True)
    for number, choice in enumerate(question.choices, start=1):
        console.print(f"  {number}  {choice}", highlight=False, markup=False)
    while True:
        given: str = typer.prompt(question.id, default="", show_default=False).strip()
        if given.isdecimal() and 1 <= int(given) <= len(question.choices):
            return question.choices[int(given) - 1]
        if not given or question.fits(given):
            return given
        console.print("请选一项 / pick one of them", highlight=False)
