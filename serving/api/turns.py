"""Records that come in one by one, of which those that wait at the same moment are assessed together.

What an assessment costs is mostly the same for one record and for ten. So whoever comes while another's record is being
worked on waits for its turn, and whose turn it is takes along the others that wait. Nobody waits for more to come.
"""

from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Event, Lock

from runxin.errors import UserError
from runxin.logs import get_logger
from serving.access import Client
from serving.api.answer import ScoreAnswer
from serving.api.assessing import Checked
from serving.api.filing import Prepared, file_prepared, prepare
from serving.health.request_log import frames_of
from serving.platform.state import State

MOST = 16  # records that are answered together
SMALL = 64_000  # bytes; for a larger record nobody waits: it goes by itself, a hundred sheets long

Answer = ScoreAnswer | UserError


@dataclass(eq=False)
class _WaitingRecord:
    """A record that waits. `turn` is set when it was answered, or when its turn has come."""

    client: Client
    checked: Checked
    dry_run: bool
    answer: Future[Answer] = field(default_factory=Future)
    turn: Event = field(default_factory=Event)
    alone: bool = False


@dataclass
class ScoreTurns:
    """Whose turn it is, and who waits."""

    _waiting: list[_WaitingRecord] = field(default_factory=list)
    _taken: bool = False
    _lock: Lock = field(default_factory=Lock)

    def answer(self, state: State, client: Client, checked: Checked, dry_run: bool) -> Answer:
        """What `file_records` answers of one record."""
        mine = _WaitingRecord(client, checked, dry_run)
        with self._lock:
            self._waiting.append(mine)
            if not self._taken:
                self._taken = True
                mine.turn.set()
        mine.turn.wait()
        if not mine.answer.done():
            try:
                self._work(state, mine)
            finally:
                self._hand_on()
        return mine.answer.result()

    def _work(self, state: State, mine: _WaitingRecord) -> None:
        group = self._taken_along(mine)
        prepared = self._prepared(state, group)
        if prepared is None:
            group, prepared = [mine], prepare(state, mine.client, [mine.checked], mine.dry_run)
        try:
            answers = file_prepared(state, mine.client, prepared, mine.dry_run)
        except BaseException as fault:  # something may be on record: it is everybody's, and nothing is done again
            for one in group[1:]:
                one.answer.set_exception(fault)
                one.turn.set()
            raise
        for one, answer in zip(group, answers, strict=True):
            one.answer.set_result(answer)
            one.turn.set()

    def _taken_along(self, mine: _WaitingRecord) -> list[_WaitingRecord]:
        """The record whose turn it is and those that can be answered with it: of the same key, one of each student."""
        group, students = [mine], {mine.checked.request.student_id}
        with self._lock:
            self._waiting.remove(mine)
            for other in list(self._waiting):
                fits = (other.client, other.dry_run) == (mine.client, mine.dry_run)
                if mine.alone or other.alone or not fits or len(group) == MOST:
                    continue
                if other.checked.request.student_id not in students:
                    students.add(other.checked.request.student_id)
                    self._waiting.remove(other)
                    group.append(other)
        return group

    def _prepared(self, state: State, group: list[_WaitingRecord]) -> Prepared | None:
        """None where the group cannot be assessed: then each is, by itself, and told of its own fault."""
        first = group[0]
        if len(group) == 1:
            return None
        try:
            return prepare(state, first.client, [one.checked for one in group], first.dry_run)
        except Exception as fault:  # noqa: BLE001 - whatever it is, it comes again and is told where its record is alone
            if not isinstance(fault, UserError):
                get_logger("api").error("not assessed together", fault=type(fault).__name__, frames=frames_of(fault))
        with self._lock:
            for one in group[1:]:
                one.alone = True
            self._waiting[:0] = group[1:]
        return None

    def _hand_on(self) -> None:
        with self._lock:
            self._taken = bool(self._waiting)
            if self._waiting:
                self._waiting[0].turn.set()
