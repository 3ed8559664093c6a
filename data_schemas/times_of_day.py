"""A day and a time of it as platforms write them, in the schools' own time: zones, milliseconds, 上午 and 下午."""

import math
import re
from datetime import UTC, date, datetime, time, timedelta

from data_schemas.zone import CHINA

# Where half a day is all that is said: an hour well within it.
HALVES = {"上午": time(9), "早上": time(9), "早晨": time(9), "中午": time(12), "下午": time(15)}
HALVES |= {"晚上": time(20), "晚": time(20), "am": time(9), "pm": time(15)}
AFTER_NOON = frozenset(["下午", "晚上", "晚", "pm"])
_WORD = "|".join((*HALVES, "凌晨"))
_TIME = re.compile(
    rf"(?P<word>{_WORD})?\s*(?P<clock>(?P<h>\d{{1,2}}):(?P<m>\d{{2}})(?::(?P<s>\d{{2}})(?:\.\d+)?)?)?\s*"
    rf"(?P<after>am|pm)?\s*(?P<zone>z|utc|(?:gmt|utc)?[+-]\d{{1,2}}(?::?\d{{2}})?)?",
    re.IGNORECASE,
)
_EPOCH = re.compile(r"1\d{9}|1\d{12}")  # seconds from September 2001 to May 2033, and milliseconds
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*(天|日|days?|d|小时|时|hours?|h)", re.IGNORECASE)
_UNITS = {
    "half_days": re.compile(r"半天|半日|half", re.IGNORECASE),
    "hours": re.compile(r"小时|hours?", re.IGNORECASE),
    "days": re.compile(r"天|日数|days?", re.IGNORECASE),
}
WITHDRAWN = 0  # half days of a leave of which nothing was taken
HALVES_A_DAY = 2
HOURS_A_HALF = 4  # of a school day of eight
NOON, MIDDAY_OVER = time(12), time(13)  # school rests in between


def tells_time(text: str) -> bool:
    """Whether a cell says at which time of the day, and not only on which day."""
    return ":" in text or any(word in text for word in HALVES) or bool(_EPOCH.fullmatch(text))


def from_epoch(text: str) -> datetime | None:
    """The moment that Unix seconds or milliseconds stand for; `None` for any other text."""
    if not _EPOCH.fullmatch(text):
        return None
    seconds = int(text) / (1000 if len(text) > 10 else 1)
    return datetime.fromtimestamp(seconds, UTC).astimezone(CHINA).replace(tzinfo=None)


def at_time(day: date, text: str) -> datetime | None:
    """`text` as a time of `day`, such as 08:30, 上午, 下午2:30, 2:30 PM, 24:00 or 00:30:00Z, as local time; `None`
    where it is none."""
    found = _TIME.fullmatch(text.strip())
    if found is None or not (found["word"] or found["clock"] or found["after"]):
        return None
    word = (found["word"] or found["after"] or "").lower()
    if found["clock"] and found["zone"] and found["zone"].startswith("-") and not found["s"]:
        return None  # 8:30-12:00 is two times
    if not found["clock"]:
        return datetime.combine(day, HALVES[word]) if word in HALVES and not found["zone"] else None
    hour, minute, second = int(found["h"]), int(found["m"]), int(found["s"] or 0)
    if word in AFTER_NOON and hour < 12:
        hour += 12
    elif word in ("am", "凌晨") and hour == 12:
        hour = 0
    if (hour, minute, second) == (24, 0, 0):
        moment = datetime.combine(day, time()) + timedelta(days=1)
    elif hour > 23 or minute > 59 or second > 59:
        return None
    else:
        moment = datetime.combine(day, time(hour, minute, second))
    return moment if not found["zone"] else moment - _offset(found["zone"]) + _offset("+8")


def _offset(zone: str) -> timedelta:
    digits = re.sub(r"[^\d+-]", "", zone)
    if not digits:
        return timedelta()
    hours, minutes = int(digits[1:3] if len(digits) != 4 else digits[1:2]), int(digits[-2:] if len(digits) > 3 else 0)
    return (-1 if digits[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes)


def in_halves(text: str) -> int | None:
    """A length of time with its unit, such as 1天, 0.5天 or 4小时, as half days, any of one being all of it; `None`
    for any other text."""
    found = _LENGTH.fullmatch(text.strip())
    if found is None:
        return None
    length, unit = float(found[1]), found[2].lower()
    return math.ceil(length * 2 if unit[0] in "天日d" else length / HOURS_A_HALF)


def unit_of(header: str) -> str | None:
    """The unit of bare numbers under a header, such as 时长(小时) or 请假天数; `None` where it does not say."""
    return next((unit for unit, words in _UNITS.items() if words.search(header)), None)


def halves_away(start: datetime, end: datetime) -> tuple[date, int | None, bool, bool]:
    """Of leave from one moment to another, which is no part of it: the last day, how many school halves it takes on
    weekdays where that is less than whole days (else `None`), and whether it takes the first day's morning and the
    last day's afternoon. What takes any of a half takes all of it."""
    if end.time() == time() and end > start:
        end -= timedelta(seconds=1)
    morning, afternoon = start.time() < NOON, end.time() > MIDDAY_OVER
    days = [start.date() + timedelta(days=n) for n in range((end.date() - start.date()).days + 1)]
    weekdays = {day for day in days if day.weekday() < 5} or set(days)
    trimmed = (not morning and days[0] in weekdays) + (not afternoon and days[-1] in weekdays)
    halves = max(2 * len(weekdays) - trimmed, 1)
    return end.date(), halves if trimmed else None, morning, afternoon
