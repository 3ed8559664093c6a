"""The dated duties of 淮政办函〔2026〕1号: the plan's own phrase, who does it, how often, and when it opens."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from data_schemas.codes import Code
from data_schemas.instruments import Words
from models.duties import openings as when
from models.duties.facts import DutyStudent
from models.duties.openings import Opening
from models.duties.terms import DutyTime


class DutyWho(Code):
    HOMEROOM = ("homeroom", "班主任", "homeroom teacher")
    TEAM = ("team", "帮扶小组", "support group")
    COUNSELOR = ("counselor", "心理教师", "counselor")
    SCHOOL = ("school", "学校", "school")
    LAW_DEPUTY = ("law_deputy", "法治副校长", "deputy principal for legal affairs")
    CIVIL_AFFAIRS = ("civil_affairs", "民政部门", "civil affairs")
    PRINCIPAL = ("principal", "校长", "principal")


class Repeats(Code):
    """How often. What recurs and was not done by the end of its time is missed; all else stays overdue."""

    ON_EVENT = ("on_event", "一事一办", "on an event")
    WEEKLY = ("weekly", "每周", "every week")
    MONTHLY = ("monthly", "每月", "every month")
    TERMLY = ("termly", "每学期", "every term")
    YEARLY = ("yearly", "每学年", "every school year")


@dataclass(frozen=True)
class DutyRule:
    """One duty. `phrase` is the plan's own, word for word. `visit` says that it is done by meeting the family,
    `everybody` that it asks for all of a grade alike and says nothing of anybody: all others are told of nobody who is
    blind. `guardian` says that it speaks with guardians, which the protection lock stops. `then` is who takes over what
    is overdue, where that is somebody else."""

    id: str
    phrase: str
    what: Words
    who: DutyWho
    repeats: Repeats
    opens: Callable[[DutyStudent, DutyTime], Iterator[Opening]] | None
    visit: bool = False
    everybody: bool = False
    guardian: bool = False
    then: DutyWho | None = None

    @property
    def of_school(self) -> bool:
        """Whether it is the school's as a whole, and no student's."""
        return self.opens is None


W, R = DutyWho, Repeats
Duties = tuple[DutyRule, ...]
DUTIES: Duties = (
    DutyRule("D01", "起始年级开学必访", Words(zh="起始年级开学访问", en="Visit at the start of a first year"),
             W.HOMEROOM, R.YEARLY, when.first_year, visit=True, everybody=True, guardian=True),
    DutyRule("D02", "全体学生学年普访", Words(zh="学年普访", en="Yearly visit"),
             W.HOMEROOM, R.YEARLY, when.everybody, visit=True, everybody=True, guardian=True),
    DutyRule("D03", "重点对象月度随访", Words(zh="月度随访", en="Monthly follow-up"),
             W.TEAM, R.MONTHLY, when.monthly),
    DutyRule("D04", "对情绪异常、学习压力大、特殊体质、请假、转学以及离异单亲、留守等特殊家庭的学生做到必访必问",
             Words(zh="必访必问", en="Visit and ask"), W.HOMEROOM, R.ON_EVENT, when.visit_and_ask, visit=True),
    DutyRule("D05", "起始年级学生入户家访在每年10月20日前完成",
             Words(zh="起始年级入户家访", en="Home visit, first year"),
             W.HOMEROOM, R.YEARLY, when.home_first_year, visit=True, everybody=True, guardian=True),
    DutyRule("D06", "初一、高一年级特殊对象家访在每年9月底前完成",
             Words(zh="初一、高一特殊对象家访", en="Home visit, grades 7 and 10, special circumstances"),
             W.HOMEROOM, R.YEARLY, when.home_special, visit=True, guardian=True),
    DutyRule("D07", "对家访发现的问题，校家社共同制定个性化共育方案并抓好落实",
             Words(zh="制定共育方案", en="A plan with the family"), W.HOMEROOM, R.ON_EVENT, when.plan_after_visit,
             guardian=True),
    DutyRule("D08", "班主任与特殊学生群体家长保持每周沟通",
             Words(zh="每周与家长沟通", en="Weekly contact with the family"),
             W.HOMEROOM, R.WEEKLY, when.weekly_contact, guardian=True),
    DutyRule("D09", "学生变更就读学校时，原学校要向新学校同步移交学生的成长记录和心理评估情况",
             Words(zh="转学档案移交", en="Records handed over on transfer"), W.SCHOOL, R.ON_EVENT, when.arrived),
    DutyRule("D10", "心理问题高危学生档案的学段转接和班级交接工作应在新学期开学后两周内完成",
             Words(zh="重点学生档案交接", en="Files handed over at the start of term"), W.SCHOOL, R.TERMLY,
             when.handed_over),
    DutyRule("D11", "新学年第一周，落实学段衔接工作任务",
             Words(zh="学段衔接", en="Transition between stages"), W.SCHOOL, R.YEARLY, None),
    DutyRule("D12", "聚焦开学季、考试季、升学季、就业季等重要节点，对休学、长期或经常请假、节假日返校即请假等重点学生，"
             "及时组织家访、跟踪关爱", Words(zh="请假、休学家访", en="Visit after leave or suspension"),
             W.HOMEROOM, R.ON_EVENT, when.after_leave, visit=True),
    DutyRule("D13", "各中小学校在每学期开学第一个月，会同村（社区）排查了解学生父母与未成年子女共同生活情况",
             Words(zh="排查共同生活情况", en="Survey: who lives with their parents"), W.SCHOOL, R.TERMLY, None),
    DutyRule("D14", "对确因外出务工等原因无法共同生活的，提醒家长委托有监护能力的成年人或机构照护，"
             "指导家长与子女保持沟通",
             Words(zh="提醒委托照护", en="Reminder about entrusted care"), W.SCHOOL, R.TERMLY, when.entrust,
             guardian=True),
    DutyRule("D15", "对离异家庭，提醒夫妻双方共同履行对子女的家庭教育责任",
             Words(zh="提醒共同履行责任", en="Reminder to both parents"), W.SCHOOL, R.TERMLY, when.both_parents,
             guardian=True),
    DutyRule("D16", "在每学期开学前摸排并动态更新留守儿童、困境家庭、监管缺失等学生信息",
             Words(zh="更新家庭情况名册", en="Circumstances updated"), W.SCHOOL, R.TERMLY, None),
    DutyRule("D17", "关注存在心理健康危机、亲子矛盾激化、校园霸凌欺凌、学业挫败厌学等问题的学生情况",
             Words(zh="摸排需关注情况", en="Survey: students who need attention"), W.SCHOOL, R.TERMLY, None),
    DutyRule("D18", "学校汇总重点关爱帮扶学生信息，建好“一生一档”",
             Words(zh="建一生一档", en="Case file opened"), W.SCHOOL, R.ON_EVENT, when.file_opened),
    DutyRule("D19", "组建由班主任牵头，心理教师、学科教师、家委会及相关部门单位参与的帮扶小组，医教、警教、社教协同落实"
             "“一人一策”帮扶措施", Words(zh="一人一策", en="Individual support plan"), W.TEAM, R.ON_EVENT,
             when.own_plan),
    DutyRule("D20", "对事实无人抚养儿童、少年，属地镇（街道）、村（社区）配合教育部门，安排到寄宿制学校学习；"
             "会同民政、妇联等部门，纳入帮扶体系",
             Words(zh="商请寄宿与帮扶", en="Boarding and support"), W.SCHOOL, R.ON_EVENT, when.unsupported),
    DutyRule("D21", "对留守儿童，民政部门建立与家长每月联系制度，及时将委托照护情况告知学校和村（社区）",
             Words(zh="收到民政月度情况", en="Monthly report from civil affairs"), W.CIVIL_AFFAIRS, R.MONTHLY,
             when.civil_affairs, then=W.SCHOOL),
    DutyRule("D22", "对监管缺失的未成年人，村（社区）会同教育、妇联、公安、检察院、法院等部门加强家庭指导，严防辍学",
             Words(zh="联动村（社区），严防辍学", en="Work with the village against dropping out"), W.SCHOOL,
             R.ON_EVENT, when.gap_and_absence),
    DutyRule("D23", "对校园欺凌苗头性问题，学校法治副校长第一时间开展专题教育、调解疏导，"
             "情节严重的及时联动公安和司法部门介入",
             Words(zh="欺凌当日处置", en="Bullying, the same day"), W.LAW_DEPUTY, R.ON_EVENT, when.bullied),
    DutyRule("D24", "对心理问题较为严重的学生，指导家长及时寻求专业心理咨询师帮助",
             Words(zh="指导家长寻求专业帮助", en="Family advised to seek help"), W.COUNSELOR, R.ON_EVENT,
             when.seek_help, guardian=True),
    DutyRule("D32", "联合做好预警防范和干预处置，发现重大问题要第一时间上报",
             Words(zh="上报", en="Report upward"), W.PRINCIPAL, R.ON_EVENT, when.reported),
)  # fmt: skip


def of_duty(duty_id: str) -> DutyRule | None:
    return next((one for one in DUTIES if one.id == duty_id), None)
