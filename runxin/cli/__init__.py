"""The command line, a file per verb."""

from runxin.cli.main import main

__all__ = ["main"]
