"""A name is found by its sounds and by their first letters, of the whole of it or of the given name."""

import pytest

from data_schemas.spelling import spelled, typed


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("李小明", "lixiaoming"),
        ("李小明", "lxm"),
        ("李小明", "xiaoming"),
        ("李小明", "Li Xiao"),
        ("单小明", "shan"),
        ("单小明", "sxm"),
        ("吕丽", "lvli"),
        ("吕丽", "lüli"),
        ("阿卜杜拉·买买提", "abdlmmt"),
        ("Anna 王", "anna"),
    ],
)
def test_a_name_is_found_by_what_is_typed(name: str, query: str) -> None:
    assert f" {typed(query)}" in spelled(name)


@pytest.mark.parametrize("query", ["aoming", "ming", "lx m x"])
def test_what_begins_no_name_and_no_given_name_finds_nobody(query: str) -> None:
    assert f" {typed(query)}" not in spelled("李小明")


def test_what_no_sound_is_known_of_is_no_mistake() -> None:
    assert spelled("") == ""
    assert spelled("\ue000").count("\ue000") == 0


def test_a_name_of_many_readings_stays_short() -> None:
    assert len(spelled("阿卜单解任仇重行乐")) < 2000
