"""What the lines of reports are called, for people in both languages."""

from collections.abc import Mapping

from data_schemas.codes import Tier
from data_schemas.instruments import Words

TITLES: Mapping[str, tuple[Words, Words | None]] = {
    "now": (
        Words(zh="现在的情况", en="How things stand now"),
        Words(
            zh="按今天的记录，不是诊断。本周例行访谈的学生不分等级。",
            en="By the records of today; not a diagnosis. Students of this week's routine talks stand under no tier.",
        ),
    ),
    "work": (
        Words(zh="收到的报告与证据", en="Reports and evidence that came in"),
        Words(
            zh="按学生计，从第一条收到的时刻起算；中位数连同还在等待的学生一起算。",
            en="By student, from the moment the first came in; medians count those who still wait as well.",
        ),
    ),
    "funnel": (
        Words(zh="值班—预约—面谈—转介—追踪—反馈", en="Duty, booking, talk, referral, follow-up, answer"),
        Words(
            zh="「按学期督查学校心理辅导值班、预约、面谈、转介、追踪和反馈制度落实情况」",
            en="What the plan has inspected each term.",
        ),
    ),
    "duties": (
        Words(zh="期限在这段时间的任务", en="Tasks that were due in this time"),
        Words(
            zh="完成数与到期数。免做和保护锁下的不算。",
            en="Done, of those that were due. Excused tasks and those under a protection lock are left out.",
        ),
    ),
    "coverage": (
        Words(zh="覆盖情况", en="Coverage"),
        Words(zh="本学年至今到期的。", en="Of what has come due in this school year so far."),
    ),
    "decisions": (
        Words(zh="人的判断与系统的建议", en="What people decided beside what was suggested"),
        Words(
            zh="访谈看法与谈话前模型给出的等级相比；对解释的看法只是反馈，不作标签。人的判断总是算数。系统不登记改变的理由。",
            en="The view of a talk beside the tier that a model had suggested before it; views of explanations are "
            "feedback and no labels. A person's word always counts. Why somebody decided otherwise is not recorded.",
        ),
    ),
}
LABELS: Mapping[tuple[str, str], Words] = {
    ("students", ""): Words(zh="在册学生", en="Students on the list"),
    ("students", "pending"): Words(zh="危机·待核查", en="Crisis, to be checked"),
    ("students", "crisis"): Words(zh="危机（已确认，复查中）", en="Crisis, confirmed and in review"),
    **{("students", one.code): Words(zh=one.zh, en=one.en.capitalize()) for one in Tier if one is not Tier.CRISIS},
    ("students", "blind"): Words(zh="本周例行访谈", en="This week's routine talks"),
    ("counts", "screened"): Words(zh="已筛查", en="Screened"),
    ("received", ""): Words(zh="有报告或证据的学生", en="Students with a report or evidence"),
    ("received", "assessed"): Words(zh="已核查", en="Assessed"),
    ("received", "acted"): Words(zh="已有人跟进，未核查完", en="Taken up, not all assessed"),
    ("received", "waiting"): Words(zh="还没有人跟进", en="Nobody has taken it up"),
    ("waits", "action"): Words(zh="收到到首次有人行动（中位数）", en="Until somebody first acted (median)"),
    ("waits", "reached"): Words(zh="收到到联系上（中位数）", en="Until somebody was reached (median)"),
    ("waits", "plan"): Words(zh="收到到有方案（中位数）", en="Until there was a plan (median)"),
    ("counts", "known"): Words(zh="收到之前学校已在关注", en="Known to staff before"),
    ("funnel", "duty"): Words(zh="值班", en="Duty"),
    ("funnel", "booked"): Words(zh="预约（次）", en="Times asked for"),
    ("funnel", "kept"): Words(zh="预约后已到", en="Of these, talks that took place"),
    ("funnel", "talks"): Words(zh="面谈（次）", en="Talks"),
    ("funnel", "referred"): Words(zh="转介（次）", en="Referrals"),
    ("funnel", "followed"): Words(zh="追踪：月度随访 D03", en="Monthly follow-up D03"),
    ("funnel", "answered"): Words(zh="反馈：转介有答复或已返回", en="Referrals answered or returned"),
    ("coverage", "rooms"): Words(zh="有心理辅导室的学校", en="Schools with a counseling room"),
    ("coverage", "double"): Words(zh="“双证”心理教师", en="Counselors with two certificates"),
    ("views", "raised"): Words(zh="访谈后提高", en="Raised after a talk"),
    ("views", "same"): Words(zh="访谈后相同", en="The same after a talk"),
    ("views", "lowered"): Words(zh="访谈后降低", en="Lowered after a talk"),
    ("explanations", "agree"): Words(zh="认同解释", en="Explanation agreed with"),
    ("explanations", "disagree"): Words(zh="不认同解释", en="Explanation disagreed with"),
    ("explanations", "cannot_say"): Words(zh="说不清", en="Cannot say"),
}
COLUMNS: Mapping[str, Words] = {
    "students": Words(zh="在册学生", en="Students"),
    "screened": Words(zh="已筛查", en="Screened"),
    "received": Words(zh="有报告或证据", en="With a report or evidence"),
    "talks": Words(zh="面谈（次）", en="Talks"),
    "referrals": Words(zh="转介（次）", en="Referrals"),
}
