"""What stands between a trained model and the students: a list of reasons for and against, each on its own.

A gate passes, refuses, or asks for a waiver: where there is too little to tell, a named person may take it upon
themselves with a reason. Nothing that was found bad can be waived.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluation.gates.gate import HELD, REFUSE, WAIVER, Gate
from evaluation.gates.report_gates import report_gates
from evaluation.report.names import name_of
from models.policy import Promotion
from runxin.errors import how_many

Report = Mapping[str, Any]


@dataclass(frozen=True)
class FloorCheck:
    """Of `students` who were assessed with the model: how many stand below their open floors, and how many the model
    placed in 危机."""

    students: int
    below_floor: int
    crisis_by_model: int


@dataclass(frozen=True)
class Facts:
    """What is asked of a model beside its report. `floors` is None where no students were named to try it on."""

    version: str
    data_origin: str
    floors: FloorCheck | None


def gates(report: Report | None, facts: Facts, limits: Promotion) -> tuple[Gate, ...]:
    """Every gate in a fixed order. `report` is the one its training logged, None where there is none."""
    return tuple(_all(report, facts, limits))


def waivable(found: Sequence[Gate]) -> set[str]:
    return {gate.id for gate in found if gate.status == WAIVER}


def _all(report: Report | None, facts: Facts, limits: Promotion) -> Iterator[Gate]:
    if report is None or report["model"]["version"] != facts.version:
        yield Gate(
            "report",
            REFUSE,
            f"版本 {facts.version} 没有评估报告：请重新训练。",
            f"Version {facts.version} has no report of its evaluation: train again.",
        )
    else:
        yield from report_gates(report, limits)
    yield _floors(facts.floors)
    yield _origin(facts.data_origin)
    yield _impact_assessment(limits.pia_id)


def _floors(check: FloorCheck | None) -> Gate:
    if check is None or not check.students:
        return Gate(
            "floors",
            REFUSE,
            "没有用学生数据试过安全底线：请用 --data 指定数据集。",
            "Whether floors hold was not tried on any student: name a dataset with --data.",
        )
    broken = check.below_floor + check.crisis_by_model
    if broken:
        return Gate(
            "floors",
            REFUSE,
            f"安全底线被破坏：{check.below_floor} 名学生低于未核查的底线，{check.crisis_by_model} 名被模型列为危机。",
            f"Floors are violated: below an open floor: {how_many(check.below_floor, 'student')}; placed in 危机 by "
            f"the model: {check.crisis_by_model}.",
        )
    return Gate(
        "floors",
        HELD,
        f"在 {check.students} 名学生上，没有人低于未核查的底线，也没有人被模型列为危机。",
        f"Of {check.students} students nobody stands below an open floor, and the model places nobody in 危机.",
    )


def _origin(origin: str) -> Gate:
    if origin == "local":
        return Gate("data_origin", HELD, "用本地学生的数据训练。", "Trained on local students.")
    zh, en = name_of(origin, "zh"), name_of(origin, "en")
    return Gate(
        "data_origin",
        REFUSE,
        f"用{zh}数据训练：只有本地数据训练的模型可以给学生排序。",
        f"Trained on {en} data: only a model of local data may rank students.",
    )


def _impact_assessment(pia_id: str) -> Gate:
    if pia_id.strip():
        return Gate(
            "pia_id",
            HELD,
            f"个人信息保护影响评估：{pia_id.strip()}。",
            f"Personal information protection impact assessment: {pia_id.strip()}.",
        )
    return Gate(
        "pia_id",
        REFUSE,
        "缺少个人信息保护影响评估（个人信息保护法第五十五、五十六条）："
        "把其编号写入 policy.toml 的 [promotion] pia_id。",
        "No personal information protection impact assessment is named (PIPL art. 55–56): write its number into "
        "policy.toml, [promotion] pia_id.",
    )
