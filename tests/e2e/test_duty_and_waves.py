"""A roster filled in and a wave planned in a real browser, without script."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.store import duty_in_force
from serving.waves.store import waves_of
from tests.browser import Serve, Visit, come_in
from tests.desk import Desk
from tests.duty_desk import HEAD, ROW, SCHOOL
from tests.new_stores import new_store
from tests.wave_school import whole_school

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    # Before there is a browser: its event loop and the one of our own client do not go together.
    home = tmp_path_factory.mktemp("school")
    with new_store(home) as store:
        whole_school(store)
        yield Desk(store, home)


def test_from_an_empty_roster_to_a_planned_wave(desk: Desk, serve: Serve, visit: Visit, tmp_path: Path) -> None:
    seen = visit(java_script_enabled=False)
    page, base = seen.page, serve(desk.pages.client.app)
    come_in(page, base + desk.pages.link("wang"))
    page.get_by_role("link", name="值班", exact=True).click()
    assert "还没有值班表" in page.content()
    for name, value in {"person": "王老师", "day": "2026-11-23", "from": "08:00", "until": "17:00"}.items():
        page.locator(f"#turn [name={name}]").fill(value)
    page.locator("#turn [name=repeat]").select_option("school_days")
    page.locator("#turn [name=to_day]").fill("2026-11-25")
    page.locator("#turn button[value=save]").click()
    assert "已登记 3 班" in page.content()
    file = tmp_path / "duty.csv"
    file.write_text(HEAD + ROW, "utf-8")
    page.get_by_text("从 Excel 或 CSV 导入").click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="导入", exact=True).click()
    assert "已导入 1 班" in page.content()
    stands = [(one.person, one.starts_at.day) for one in duty_in_force(desk.pages.store, [SCHOOL])[SCHOOL]]
    assert stands == [("陈老师", 23), ("王老师", 24), ("王老师", 25)]
    page.get_by_role("link", name="筛查安排").click()
    for name, value in {"title": "冬季筛查", "first": "2026-11-23", "count": "4"}.items():
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="分配班级").click()
    assert "周四 11-26（无人值班）" in page.content()
    page.get_by_role("radio", name="八(1)班 周三 11-25").check()
    page.get_by_role("button", name="保存").click()
    assert "已保存" in page.content()
    (wave,) = waves_of(desk.pages.store, SCHOOL)
    assert wave.classes[2].day is not None
    assert wave.classes[2].day.day == 25
    seen.at_peace()
