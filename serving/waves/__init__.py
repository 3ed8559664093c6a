"""筛查安排: a wave of screening planned by class and day, and afterwards what was planned beside what came."""

from serving.waves.service import LATE, expected_classes, school_days_from
from serving.waves.store import PlannedClass, Wave, WaveSheet, keep_wave, sheets_of

__all__ = [
    "LATE",
    "PlannedClass",
    "Wave",
    "WaveSheet",
    "expected_classes",
    "keep_wave",
    "school_days_from",
    "sheets_of",
]
