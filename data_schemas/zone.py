"""The one time zone of the schools."""

from datetime import timedelta, timezone

CHINA = timezone(timedelta(hours=8))  # 北京时间, the day and hour of every school; without daylight saving since 1992
