"""The queues of a school, each told once: who stands in it and in what order. Pages, command line, API and export go
through this registry and name no queue by themselves."""

from collections.abc import Callable
from dataclasses import dataclass

from data_schemas.codes import Tier
from data_schemas.instruments import Words
from models.triage.present import Present


@dataclass(frozen=True)
class Queue:
    """`band` says where it is shown: on the list ("today"), the week's line ("line") or beside it ("beside").
    `holds` tells whether a student stands in it; of the line, which is limited, the week's plan tells (None)."""

    code: str
    title: Words
    band: str
    about: Words
    holds: Callable[[Present], bool] | None = None
    never_cut: bool = False


IMMEDIATE, REVIEW, LEADS, WEEK, BELOW = "immediate", "review", "leads", "week", "below"
CONTACT, HISTORY, RETEST, NOT_SCREENED = "contact", "history", "retest", "not_screened"
UNDECIDED, SUSPENDED, IDENTITY = "needs_person", "suspended", "identity"

QUEUES: tuple[Queue, ...] = (
    Queue(
        IMMEDIATE,
        Words(zh="即时核查", en="Immediate checks"),
        "today",
        Words(zh="有未核查的安全线索", en="open safety evidence that nobody has assessed"),
        lambda one: one.urgent,
        never_cut=True,
    ),
    Queue(
        REVIEW,
        Words(zh="复查", en="Confirmed crises"),
        "today",
        Words(zh="已由人工确认为危机，每个上学日复查", en="confirmed by a person; reviewed every school day"),
        lambda one: one.in_review and not one.facts.stranger,
        never_cut=True,
    ),
    Queue(
        WEEK,
        Words(zh="本周访谈", en="This week"),
        "line",
        Words(zh="本周可安排的访谈", en="the interviews that the week's hours allow"),
    ),
    Queue(
        BELOW,
        Words(zh="本周未安排", en="Not scheduled this week"),
        "line",
        Words(zh="本周名单以下", en="below this week's line"),
    ),
    Queue(
        LEADS,
        Words(zh="线索", en="Reports to look into"),
        "today",
        Words(zh="有人报告、尚无人了解的情况", en="reports that nobody has looked into yet"),
        lambda one: bool(one.leads),
    ),
    Queue(
        CONTACT,
        Words(zh="待联系", en="To contact"),
        "beside",
        Words(zh="需要联系学生或家长的事项", en="somebody is to speak with the student or the family"),
        lambda one: bool(one.to_contact) and not one.facts.stranger,
    ),
    Queue(
        HISTORY,
        Words(zh="历史待核", en="Older evidence to clear"),
        "beside",
        Words(zh="收到时已过回忆期的答卷", en="sheets that were older than their recall window when they came in"),
        lambda one: any(standing.piece.floor.history for standing in one.open),
    ),
    Queue(
        RETEST,
        Words(zh="需复测", en="Retest"),
        "beside",
        Words(zh="答卷无效、存疑、过期或有漏答", en="void, doubtful, outdated or incomplete sheets"),
        lambda one: bool(one.retests) and not one.facts.stranger,
    ),
    Queue(
        NOT_SCREENED,
        Words(zh="未筛查", en="Not screened"),
        "beside",
        Words(zh="没有可计分的有效答卷", en="no current sheet that can be scored"),
        lambda one: not one.facts.screened and not one.facts.stranger,
    ),
    Queue(
        UNDECIDED,
        Words(zh="需人判断", en="Needs a person's judgement"),
        "beside",
        Words(zh="等级临界，请您判断", en="so near to another tier that the model cannot tell"),
        lambda one: one.undecided,
    ),
    Queue(
        SUSPENDED,
        Words(zh="休学中", en="Suspended"),
        "beside",
        Words(zh="休学在家：联系家庭，准备复学", en="at home: stay in touch with the family, plan the return"),
        lambda one: one.suspended and not one.facts.stranger,
    ),
    Queue(
        IDENTITY,
        Words(zh="身份待核", en="Identity to check"),
        "beside",
        Words(zh="学籍中没有或对不上的学生", en="students who are on no roster, or whose roster rows disagree"),
        lambda one: one.facts.stranger,
    ),
)
BY_CODE = {queue.code: queue for queue in QUEUES}


def stands_in(one: Present) -> tuple[str, ...]:
    """The codes of the queues a student stands in, without those of the week's line."""
    return tuple(queue.code for queue in QUEUES if queue.holds is not None and queue.holds(one))


def waits_for_interview(one: Present) -> bool:
    """Whether a student is to stand in the order of the week's line or below it: anyone above 一般 who is not
    checked at once, is not in review, and of whom more is known than old sheets."""
    apart = one.facts.stranger or one.urgent or one.in_review or one.only_history
    return one.tier is not Tier.ROUTINE and not apart
