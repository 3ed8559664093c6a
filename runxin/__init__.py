"""Runxin 润心: risk screening and triage for student mental health in schools."""

__version__ = "0.1.0"
