"""The vocabulary: every code that stands in a table, with its Chinese and English name.

Sources: the city's work plan 淮政办函〔2026〕1号 for the words of leave, family and concern; 国发〔2016〕13号,
国发〔2016〕36号 and 民发〔2019〕62号 for the definitions of left-behind children, children in difficulty and
de-facto unsupported children; 江苏省义务教育学籍管理规定 for suspension and resumption.
"""

from enum import Enum
from functools import cache, cached_property
from typing import Self


class Code(Enum):
    """A code with its names; members are written `NAME = (code, zh, en)`."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        self.code = code
        self.zh = zh
        self.en = en

    @cached_property
    def place(self) -> int:
        """Its number in the order of the vocabulary, from 0: how arrays hold it."""
        return list(type(self)).index(self)

    @classmethod
    @cache
    def codes(cls) -> tuple[str, ...]:
        return tuple(member.code for member in cls)

    @classmethod
    def code_at(cls, place: int) -> str | None:
        """The code of that number; None for -1, which is a blank."""
        return cls.codes()[place] if place >= 0 else None

    @classmethod
    def of(cls, code: str) -> Self:
        """The member with this code; raises `KeyError` where there is none."""
        for member in cls:
            if member.code == code:
                return member
        raise KeyError(code)


class Tier(Code):
    """How soon a person looks at a student: an order of work, not a diagnosis."""

    ROUTINE = ("routine", "一般", "routine")
    WATCH = ("watch", "关注", "watch")
    PRIORITY = ("priority", "重点", "priority")
    CRISIS = ("crisis", "危机", "crisis")

    @property
    def ord(self) -> int:
        return self.place


class Stage(Code):
    PRIMARY = ("primary", "小学", "primary school")
    JUNIOR = ("junior", "初中", "junior secondary")
    SENIOR = ("senior", "高中", "senior secondary")
    VOCATIONAL = ("vocational", "中职", "vocational secondary")


class Sex(Code):
    MALE = ("male", "男", "male")
    FEMALE = ("female", "女", "female")
    UNKNOWN = ("unknown", "未知", "unknown")


class Answer(Code):
    """The value of a flag. Unknown is not no."""

    YES = ("yes", "是", "yes")
    NO = ("no", "否", "no")
    UNKNOWN = ("unknown", "未知", "unknown")


class DutyRole(Code):
    """As what somebody stands on a school's duty roster, in the order in which they are asked for."""

    COUNSELOR = ("counselor", "值班心理教师", "counselor on duty")
    DEPUTY = ("deputy", "分管校领导", "deputy head")
    PRINCIPAL = ("principal", "校长", "principal")
    CENTRE = ("centre", "区县心理中心", "county centre")
    ON_CALL = ("on_call", "随叫随到人员", "on-call person")


class Respondent(Code):
    SELF = ("self", "本人", "student")
    PARENT = ("parent", "家长", "parent")
    TEACHER = ("teacher", "教师", "teacher")


class ScoreUnit(Code):
    OWN = ("own", "量表定义的分数", "the figure that the questionnaire defines")
    RAW = ("raw", "原始分（各题之和）", "the plain sum of the answers")


class LeaveType(Code):
    SICK = ("sick", "病假", "sick leave")
    PERSONAL = ("personal", "事假", "personal leave")
    UNEXCUSED = ("unexcused", "旷课", "absence without leave")
    QUARANTINE = ("quarantine", "传染病隔离", "quarantine")
    OFFICIAL = ("official", "公假", "school activity")
    SUSPENSION = ("suspension", "休学", "suspension of enrolment")
    LATE = ("late", "迟到", "late for school")
    EARLY = ("early", "早退", "left early")
    RESUMPTION = ("resumption", "复学", "return after a suspension")
    UNKNOWN = ("unknown", "未注明", "not stated")
    DISCHARGE = ("discharge", "出院返校", "back at school after a hospital stay")


class LeaveReason(Code):
    RESPIRATORY = ("respiratory", "呼吸道症状", "respiratory")
    FEVER = ("fever", "发热", "fever")
    DIGESTIVE = ("digestive", "消化道症状", "digestive")
    HEADACHE = ("headache", "头痛", "headache")
    INSOMNIA = ("insomnia", "失眠", "insomnia")
    FATIGUE = ("fatigue", "乏力", "fatigue")
    INJURY = ("injury", "外伤", "injury")
    PSYCHOLOGICAL = ("psychological", "心理原因", "psychological")
    MENSTRUAL = ("menstrual", "痛经", "menstrual")
    FAMILY_MATTER = ("family_matter", "家庭事务", "family matter")
    EXAM = ("exam", "考试", "exam")
    REFUSES_SCHOOL = ("refuses_school", "不愿上学", "refuses school")
    OTHER = ("other", "其他", "other")
    MISSING = ("missing", "未注明", "not stated")


class FamilyFlag(Code):
    """Circumstances that may call for support; never a fault."""

    LEFT_BEHIND = ("left_behind", "留守", "parents work away")
    LEFT_BEHIND_SURVEY = (
        "left_behind_survey",
        "留守（统计口径：父母一方外出六个月以上）",
        "a parent away for six months or more",
    )
    IN_DIFFICULTY = ("in_difficulty", "困境家庭", "family in difficulty")
    DE_FACTO_UNSUPPORTED = ("de_facto_unsupported", "事实无人抚养", "de facto unsupported")
    ORPHAN = ("orphan", "孤儿", "orphan")
    DIVORCED_SINGLE = ("divorced_single", "离异单亲", "divorced or single parent")
    REMARRIED = ("remarried", "重组家庭", "stepfamily")
    GUARDIANSHIP_GAP = ("guardianship_gap", "监管缺失", "guardianship gap")
    MIGRANT = ("migrant", "随迁子女", "moved with parents")
    LOW_INCOME = ("low_income", "低收入家庭", "low income")
    PARENT_ILLNESS_DISABILITY = ("parent_illness_disability", "父母重病或重残", "parent's illness or disability")
    PARENT_IN_CUSTODY = ("parent_in_custody", "父母服刑", "parent in custody")
    BEREAVED_RECENT = ("bereaved_recent", "近期丧亲", "recent bereavement")


class Concern(Code):
    """What a person noticed and reported. Those of `SAFETY` open floors."""

    MOOD_ABNORMAL = ("mood_abnormal", "情绪异常", "unusual mood")
    STUDY_PRESSURE = ("study_pressure", "学习压力大", "study pressure")
    SCHOOL_AVERSION = ("school_aversion", "学业挫败厌学", "aversion to school")
    BULLYING = ("bullying", "校园欺凌", "bullying")
    PARENT_CHILD_CONFLICT = ("parent_child_conflict", "亲子矛盾激化", "conflict with parents")
    SCHOOL_CONTACT = ("school_contact", "学校因问题联系家长", "school contacted the family about problems")
    REPEATED_GRADE = ("repeated_grade", "留级", "repeated a grade")
    TRANSFER = ("transfer", "转学", "changed school")
    SPECIAL_CONSTITUTION = ("special_constitution", "特殊体质", "special constitution")
    SLEEP_SHORT = ("sleep_short", "睡眠不足", "short sleep")
    SERIOUS_MISCONDUCT = ("serious_misconduct", "严重不良行为", "serious misconduct")
    SELF_HARM = ("self_harm", "自伤报告", "report of self-harm")
    SELF_HARM_SERIOUS = (
        "self_harm_serious",
        "自伤报告（有伤口、工具、计划或尝试）",
        "self-harm with wound, means, plan or attempt",
    )
    SUICIDE_ATTEMPT = ("suicide_attempt", "自杀未遂", "suicide attempt")
    SUICIDE_INTENT = ("suicide_intent", "表达轻生意愿、计划或告别", "stated intent, plan or farewell")
    SUICIDE_MEANS = ("suicide_means", "发现轻生工具", "means found")
    ABUSE_SUSPECTED = ("abuse_suspected", "疑似虐待", "suspected abuse")
    DOMESTIC_VIOLENCE_SUSPECTED = ("domestic_violence_suspected", "疑似家庭暴力", "suspected domestic violence")
    NEGLECT_SUSPECTED = ("neglect_suspected", "疑似忽视", "suspected neglect")
    SEXUAL_HARM_SUSPECTED = ("sexual_harm_suspected", "疑似性侵害", "suspected sexual harm")
    BULLYING_SERIOUS = ("bullying_serious", "严重欺凌（受害）", "serious bullying (victim)")
    THREAT_TO_OTHERS = ("threat_to_others", "伤害他人的言语或威胁", "threat to others")
    THREAT_TO_OTHERS_CONCRETE = (
        "threat_to_others_concrete",
        "伤害他人的具体威胁（对象、工具或计划）",
        "concrete threat to others (whom, means or plan)",
    )
    MANUAL = ("manual", "人工提出的关注", "raised by a person")
    MEDICAL_EVALUATION = (
        "medical_evaluation",
        "疑需到医疗机构评估（心理教师判断）",
        "may need an evaluation at a medical institution (a counselor's judgement)",
    )
    PEER_SUICIDE = (
        "peer_suicide",
        "同校学生自杀或未遂，与其亲近",
        "close to a student of the school who died by suicide or attempted it",
    )


SAFETY = frozenset(
    {
        Concern.SELF_HARM,
        Concern.SELF_HARM_SERIOUS,
        Concern.SUICIDE_ATTEMPT,
        Concern.SUICIDE_INTENT,
        Concern.SUICIDE_MEANS,
        Concern.ABUSE_SUSPECTED,
        Concern.DOMESTIC_VIOLENCE_SUSPECTED,
        Concern.NEGLECT_SUSPECTED,
        Concern.SEXUAL_HARM_SUSPECTED,
        Concern.BULLYING_SERIOUS,
        Concern.THREAT_TO_OTHERS,
        Concern.THREAT_TO_OTHERS_CONCRETE,
        Concern.MEDICAL_EVALUATION,
        Concern.PEER_SUICIDE,
    }
)


class Source(Code):
    SCHOOL = ("school", "学校", "school")
    TEACHER = ("teacher", "教师", "teacher")
    COUNSELOR = ("counselor", "心理教师", "counselor")
    VILLAGE = ("village", "村（社区）", "village or community")
    POLICE = ("police", "公安", "police")
    MCA = ("mca", "民政", "civil affairs")
    PARENT = ("parent", "家长", "parent")
    STUDENT = ("student", "本人", "student")
    PEER = ("peer", "同学", "peer")
    LETTERBOX = ("letterbox", "树洞信箱", "letter box")
    HOTLINE = ("hotline", "心理援助热线（96111、12356）", "hotline (96111, 12356)")
    HEALTH = ("health", "卫健部门或医院", "health authority or hospital")
    CYBERSPACE = ("cyberspace", "网信", "cyberspace administration")
    WOMEN = ("women", "妇联", "women's federation")
    COURT = ("court", "检察院、法院", "procuratorate or court")


class OutcomeKind(Code):
    """What was found later. `interview` is a structured interview by a named person."""

    INTERVIEW = ("interview", "结构化访谈", "structured interview")
    REFERRAL = ("referral", "转介", "referral")
    CRISIS_EVENT = ("crisis_event", "危机事件", "crisis event")
    SUSPENSION = ("suspension", "心理性休学", "suspension for psychological reasons")
    SURVEY = ("survey", "调查报告的结局", "outcome reported in a survey")


class Selection(Code):
    """Why a student was interviewed. Labels exist mainly for those who were picked, so it is recorded."""

    RANKED = ("ranked", "按名单", "ranked list")
    FLOOR = ("floor", "安全规则", "safety floor")
    CONCERN = ("concern", "教师或家长提出", "teacher or parent concern")
    AUDIT = ("audit", "例行访谈", "random audit")
    ALL = ("all", "全员", "everyone")


class Contacted(Code):
    """Whom somebody of the school reached."""

    STUDENT = ("student", "本人", "student")
    GUARDIAN = ("guardian", "监护人", "guardian")
    BOTH = ("both", "本人和监护人", "student and guardian")


class ConsentScope(Code):
    SCREENING = ("screening", "心理测评", "screening")
    MODEL_SCORE = ("model_score", "模型评估", "model score")
    RESEARCH = ("research", "模型训练", "model training")
