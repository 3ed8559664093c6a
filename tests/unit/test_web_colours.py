"""Every colour that carries text keeps the contrast that WCAG 2.1 asks of level AA, by day and by night."""

import re

import pytest

from serving.platform.render import HERE

SHEET = (HERE / "static" / "app.css").read_text("utf-8")
TEXT = ("ink", "muted", "link", "crisis-ink", "priority-ink", "watch-ink", "routine-ink")
SHAPES = ("crisis", "priority", "watch", "routine", "bar")
GROUNDS = ("paper", "sheet", "note", "crisis-wash")


def palette(scheme: str) -> dict[str, str]:
    day, night = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root {([^}]+)}", SHEET)[:2]
    )
    return day if scheme == "day" else day | night


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.1."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["day", "night"])
@pytest.mark.parametrize("ground", GROUNDS)
def test_text_has_4_5_and_shapes_have_3(scheme: str, ground: str) -> None:
    colours = palette(scheme)
    for name in TEXT:
        assert contrast(colours[name], colours[ground]) >= 4.5, f"{name} on {ground} by {scheme}"
    for name in SHAPES:
        assert contrast(colours[name], colours[ground]) >= 3, f"{name} on {ground} by {scheme}"


def test_buttons_can_be_read() -> None:
    for scheme in ("day", "night"):
        colours = palette(scheme)
        assert contrast(colours["paper"], colours["link"]) >= 4.5, scheme
