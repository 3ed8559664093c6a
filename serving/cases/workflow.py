"""How a case goes on, as a table: from which states a move leads where, who may make it, and what it needs first.

The states are steps of people's work. None of them is left by time, and none closes evidence: that a talk does by name.
`docs/workflow.md` is drawn from this table.
"""

from dataclasses import dataclass
from enum import Enum

from data_schemas.codes import Code
from serving.access import Action


class CaseState(Code):
    NEW = ("new", "新列入", "new")
    ACKNOWLEDGED = ("acknowledged", "已接手", "taken on")
    IN_CONTACT = ("in_contact", "已接触", "in contact")
    PLAN = ("plan", "方案中", "plan")
    REFERRED = ("referred", "已转介", "referred")
    WATCHING = ("watching", "留意中", "kept in view")
    REVIEW = ("review", "复核", "review")
    CLOSED = ("closed", "已结案", "closed")


class Need(Code):
    """What is missing before a case may be closed."""

    TALK = ("talk", "与学生谈过一次", "a talk with the student")
    EVIDENCE = ("evidence", "核查所有证据和线索", "all evidence and reports assessed")
    SECOND_PERSON = ("second_person", "第二位签字人", "a second person")
    VIEW = ("view", "最近一次看法为 0 或 1", "a newest view of 0 or 1")
    ANSWER = ("answer", "转介有答复并已返回", "the referral answered and returned")
    OFFER = ("offer", "移交被接受、谢绝或收回", "the transfer accepted, declined or taken back")
    CONTACT = ("contact", "重新联系上", "somebody reached again")
    HALF_YEAR = ("half_year", "危机确认后满六个月", "six months since danger was confirmed")
    APPROVAL = ("approval", "督导同意", "a supervisor's approval")


class Who(Enum):
    """Which of those with the right may make a move."""

    ANYBODY = "anybody who may record here"
    OFFERED = "whom the case was offered to"
    OFFERING = "who offered it"
    ANOTHER = "a supervisor, and not who asked"
    TALK = "nobody by hand: a recorded talk makes it"
    RUNG = "whom the crisis clock may ring, where it rings"


OPEN = tuple(state for state in CaseState if state is not CaseState.CLOSED)
NEW, ACKNOWLEDGED, IN_CONTACT, PLAN, REFERRED, WATCHING, REVIEW, CLOSED = CaseState
RECORD, APPROVE, ANSWER = Action.RECORD_WORD, Action.APPROVE_CASE, Action.ANSWER_RING


@dataclass(frozen=True)
class CaseMove:
    """A move: from `sources` to `target`, None where the state stays. `closing` moves need what `Need` lists; `pending`
    names what has to be waiting ("offer", "referral", "approval"), or must not be where it begins with "no "."""

    code: str
    zh: str
    en: str
    sources: tuple[CaseState, ...]
    target: CaseState | None
    action: Action = RECORD
    who: Who = Who.ANYBODY
    closing: bool = False
    pending: str | None = None
    where: Need | None = None  # offered only where this is what is missing


MOVES: tuple[CaseMove, ...] = (
    CaseMove("acknowledge", "接手", "take on", (NEW,), ACKNOWLEDGED),
    CaseMove("respond", "响应呼叫", "answer a call", OPEN, None, ANSWER, Who.RUNG),
    CaseMove("contact", "记录接触", "a talk is recorded", (NEW, ACKNOWLEDGED), IN_CONTACT, who=Who.TALK),
    CaseMove("plan", "开始一人一策", "begin a plan", (IN_CONTACT, REFERRED, WATCHING, REVIEW), PLAN),
    CaseMove("refer", "转介", "refer", OPEN, REFERRED),
    CaseMove("watch", "继续留意", "keep in view", (IN_CONTACT, PLAN, REFERRED, REVIEW), WATCHING),
    CaseMove("review", "个案复核", "review the case", (IN_CONTACT, PLAN, REFERRED, WATCHING), REVIEW),
    CaseMove("close", "结案", "close", (IN_CONTACT, PLAN, REFERRED, WATCHING, REVIEW), CLOSED, closing=True),
    CaseMove("reopen", "重新打开", "open again", (CLOSED,), IN_CONTACT),
    CaseMove("assign", "分派", "assign", OPEN, None),
    CaseMove("offer", "移交", "offer a transfer", OPEN, None, pending="no offer"),
    CaseMove("accept", "接受移交", "accept the transfer", OPEN, None, who=Who.OFFERED, pending="offer"),
    CaseMove("decline", "谢绝移交", "decline the transfer", OPEN, None, who=Who.OFFERED, pending="offer"),
    CaseMove("take_back_offer", "收回移交", "take the offer back", OPEN, None, who=Who.OFFERING, pending="offer"),
    CaseMove("answered", "登记答复", "note their answer", OPEN, None, pending="referral"),
    CaseMove("returned", "转介返回", "returned from referral", OPEN, REVIEW, pending="referral"),
    CaseMove(
        "ask_approval", "请督导同意结案", "ask a supervisor", OPEN, None, pending="no approval", where=Need.APPROVAL
    ),
    CaseMove("approve", "同意", "approve", OPEN, None, APPROVE, Who.ANOTHER, pending="approval"),
    CaseMove("refuse", "不同意", "refuse", OPEN, None, APPROVE, Who.ANOTHER, pending="approval"),
)
BY_MOVE = {move.code: move for move in MOVES}
# Which move a talk makes by what was said to come next; a close is made where nothing is missing.
OF_STEP = {"plan": "plan", "in_view": "watch", "close": "close"}


def diagram() -> str:
    """The table as a Mermaid diagram: an arrow for each move that changes the state."""
    lines = ["stateDiagram-v2", "    [*] --> new"]
    arrows: dict[tuple[CaseState, CaseState], list[str]] = {}
    for move in MOVES:
        if move.target is None:
            continue
        for source in move.sources:
            if source is not move.target:
                arrows.setdefault((source, move.target), []).append(move.en)
    for (source, target), names in sorted(arrows.items(), key=lambda arrow: (arrow[0][0].place, arrow[0][1].place)):
        lines.append(f"    {source.code} --> {target.code}: {', '.join(names)}")
    lines += ["    closed --> new: new evidence", "    closed --> [*]"]
    return "\n".join(lines)


def table() -> str:
    """The table in Markdown: each move with its states, who may make it and what has to be waiting."""
    lines = ["| move | 动作 | from | to | who | needs |", "|---|---|---|---|---|---|"]
    for move in MOVES:
        source = "any open" if move.sources == OPEN else ", ".join(state.code for state in move.sources)
        target = move.target.code if move.target is not None else "stays"
        needs = "everything below" if move.closing else move.pending or ""
        lines.append(f"| {move.en} | {move.zh} | {source} | {target} | {move.who.value} | {needs} |")
    return "\n".join(lines)
