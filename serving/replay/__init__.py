"""Any past assessment made again from what was stored with it, and held against what it said."""

from serving.replay.context import Made, code_fingerprint, make_context, read_context
from serving.replay.keeping import entry_inputs, run_inputs
from serving.replay.replay import Replay, replay_assessment

__all__ = [
    "Made",
    "Replay",
    "code_fingerprint",
    "entry_inputs",
    "make_context",
    "read_context",
    "replay_assessment",
    "run_inputs",
]
