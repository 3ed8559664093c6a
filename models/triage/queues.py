"""The queues of a school, each told once: its words and who stands in it. Pages, command line, API and export go
through this registry and name no queue by themselves."""

from collections.abc import Callable
from dataclasses import dataclass

from data_schemas.instruments import Words
from models.triage.clocks import Clock
from models.triage.present import Present

TODAY, LINE, BESIDE = "today", "line", "beside"


@dataclass(frozen=True)
class Queue:
    """`band` says where it is shown: on the list ("today"), as the week's line ("line") or beside it ("beside").
    `about` says what to do there, `nobody` what it means that it is empty. `holds` tells whether a student stands in
    it; of the line, which is limited, the week's plan tells (None). One that is `never_cut` is always shown whole. To
    stand in one that `tells_tier` says something of the model's tier: nobody blind is shown there. `clock` tells which
    of a student's clocks is that of this queue: it is shown also where another is stricter."""

    code: str
    band: str
    title: Words
    about: Words
    nobody: Words
    holds: Callable[[Present], bool] | None = None
    never_cut: bool = False
    tells_tier: bool = False
    clock: Callable[[Clock], bool] | None = None

    @property
    def path(self) -> str:
        """Its address as a page."""
        return "/" + self.code.replace("_", "-")


def _of(source: str) -> Callable[[Clock], bool]:
    return lambda clock: clock.source == source


IMMEDIATE, REVIEW, WEEK, BELOW, LEADS = "immediate", "review", "week", "below", "leads"
CONTACT, HISTORY, RETEST, NOT_SCREENED = "contact", "history", "retest", "not_screened"
NEEDS_PERSON, SUSPENDED, IDENTITY = "needs_person", "suspended", "identity"

QUEUES: tuple[Queue, ...] = (
    Queue(
        IMMEDIATE,
        TODAY,
        Words(zh="即时核查", en="Immediate checks"),
        Words(zh="有未核查的安全线索：按时限核查。", en="Open safety evidence: check it within its time."),
        Words(
            zh="现在没有需要即时核查的学生。新的证据一到，就会出现在这里。",
            en="Nobody needs an immediate check now. New evidence appears here as soon as it arrives.",
        ),
        lambda one: one.urgent,
        never_cut=True,
        clock=lambda clock: clock.urgent,
    ),
    Queue(
        REVIEW,
        TODAY,
        Words(zh="复查", en="Confirmed crises"),
        Words(
            zh="已由人工确认为危机：每个上学日复查，两人共同评估后才能降级。",
            en="Confirmed by a person: reviewed every school day, and lowered by two persons together only.",
        ),
        Words(zh="没有已确认的危机。", en="There is no confirmed crisis."),
        lambda one: one.in_review,
        never_cut=True,
    ),
    Queue(
        WEEK,
        LINE,
        Words(zh="本周", en="This week"),
        Words(zh="本周可安排的访谈。", en="The interviews that the week's hours allow."),
        Words(zh="本周没有需要安排的访谈。", en="No interview needs scheduling this week."),
    ),
    Queue(
        BELOW,
        LINE,
        Words(zh="本周未安排", en="Not scheduled this week"),
        Words(zh="排在本周名单之后。", en="Below this week's line."),
        Words(zh="没有其他学生。", en="No other students."),
    ),
    Queue(
        LEADS,
        TODAY,
        Words(zh="线索", en="Reports to look into"),
        Words(
            zh="有人报告、还没有人了解过的情况。了解并记录之后不再列出。",
            en="Reports that nobody has looked into yet. They leave once somebody has, and has recorded it.",
        ),
        Words(zh="没有待了解的线索。", en="No report waits to be looked into."),
        lambda one: bool(one.leads),
        clock=_of("lead"),
    ),
    Queue(
        CONTACT,
        BESIDE,
        Words(zh="待联系", en="To contact"),
        Words(
            zh="旷课而未见联系记录的，当日联系学生与家长；节假日返校即请假的，问一问原因；有报告的，必访必问。"
            "联系或访谈登记后不再列出；排位不受影响。",
            en="Absent without leave and no contact on record: call student and guardian the same day. On leave right "
            "after a holiday: ask about it. After a report: visit and ask. A recorded contact or interview settles "
            "it; nobody moves on the list for it.",
        ),
        Words(zh="没有需要联系的学生，现在不用做什么。", en="Nobody needs to be contacted; nothing to do now."),
        lambda one: bool(one.to_contact) and not one.facts.stranger,
        clock=_of("task"),
    ),
    Queue(
        HISTORY,
        BESIDE,
        Words(zh="历史待核", en="Older evidence"),
        Words(
            zh="到达时已超过回顾期的旧证据。没有以分钟计的时限，但每一条都要有人看过、当面了解并记录之后才会清除。",
            en="Evidence that was older than its recall window when it arrived. There is no clock of minutes, but a "
            "person must look at each, talk with the student and record it before it is cleared.",
        ),
        Words(zh="没有待核的旧证据，现在不用做什么。", en="No older evidence is waiting; nothing to do now."),
        lambda one: any(standing.piece.floor.history for standing in one.open),
    ),
    Queue(
        RETEST,
        BESIDE,
        Words(zh="需复测", en="Retest"),
        Words(
            zh="问卷空缺太多而不能计分、效度量表提示作废、作答可疑、已经过期，或跳过了关键题。"
            "关键题请当面询问，其余请安排复测。",
            en="Questionnaires with too many blanks to score, void by their validity scale, answered in a way that "
            "raises doubt, out of date, or with a critical item skipped. Ask about a critical item in person; arrange "
            "a retest for the rest.",
        ),
        Words(
            zh="没有需要复测或补问的问卷，现在不用做什么。",
            en="No questionnaire needs repeating or completing; nothing to do now.",
        ),
        lambda one: bool(one.retests) and not one.facts.stranger,
        clock=_of("retest"),
    ),
    Queue(
        NOT_SCREENED,
        BESIDE,
        Words(zh="未筛查", en="Not screened"),
        Words(
            zh="没有当前有效问卷的学生。没有问卷不等于没有需要：请安排补测；本人或监护人不同意的，"
            "按学校的人工流程关心，不追问原因。",
            en="Students without a current, valid questionnaire. No questionnaire does not mean no need: arrange a "
            "make-up session; where the student or guardian declined, use the school's manual process and do not press "
            "for reasons.",
        ),
        Words(
            zh="在校学生都有当前有效的问卷，现在不用做什么。问卷过期后，学生会回到这里。",
            en="Every enrolled student has a current, valid questionnaire; nothing to do now. When one expires, the "
            "student comes back here.",
        ),
        lambda one: not one.facts.screened and not one.facts.stranger,
    ),
    Queue(
        NEEDS_PERSON,
        BESIDE,
        Words(zh="需人判断", en="Needs judgement"),
        Words(
            zh="等级临界，请您判断：分值在两个等级的界线附近，模型不能确定属于哪一级。",
            en="Near the line between two tiers: the model cannot tell which one it is, so a person decides.",
        ),
        Words(zh="没有等级临界的学生。", en="Nobody stands near a line."),
        lambda one: one.undecided,
        tells_tier=True,
    ),
    Queue(
        SUSPENDED,
        BESIDE,
        Words(zh="休学中", en="Suspended"),
        Words(
            zh="休学在家的学生：与家庭保持联系，准备复学。不在校的日子既不算出勤，也不算请假。",
            en="Students at home on suspension: stay in touch with the family and plan the return. Days away from "
            "school are neither attendance nor leave.",
        ),
        Words(zh="没有休学中的学生。", en="Nobody is suspended."),
        lambda one: one.suspended and not one.facts.stranger,
        clock=_of("suspension"),
    ),
    Queue(
        IDENTITY,
        BESIDE,
        Words(zh="身份待核", en="Identity to check"),
        Words(
            zh="学籍中找不到或对不上的记录。安全规则已照常运行；请核对是谁，在其页面的“这是谁”里记下。"
            "编号后的括号里是报来记录的学校；分号前是无法识别的校名。",
            en="Records that no roster row, or more than one, answers to. The safety rules have run as always; find "
            "out who it is and note it on its page, under 'Who is it'. In brackets stands the school that sent them, "
            "after a semicolon where it named one that it does not have.",
        ),
        Words(
            zh="所有记录都对应到了学籍中的学生，现在不用做什么。",
            en="Every record belongs to a student on the roster; nothing to do now.",
        ),
        lambda one: one.facts.stranger,
    ),
)
BY_CODE = {queue.code: queue for queue in QUEUES}


def stands_in(one: Present) -> tuple[str, ...]:
    """The codes of the queues a student stands in, without those of the week's line."""
    return tuple(queue.code for queue in QUEUES if queue.holds is not None and queue.holds(one))
