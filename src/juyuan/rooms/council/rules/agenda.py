"""议题:哪些该上会、先议哪件、每一类能定什么。纯函数。"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled
from juyuan.kernel.verdict import Finding
from juyuan.rooms.council.rules.meetings import CLAUSE, TEXT_LIMIT

REASON_LIMIT = 500
LINES_LIMIT = 30


class AgendaKind(Labelled):
    """议题的类别,先后即缺省的次序。"""

    APPEAL = "appeal", "首谈终裁"
    REVIEW = "review", "项目评审"
    ESCALATION = "escalation", "提级项目"
    PROBLEM = "problem", "项目难题"
    FACTOR = "factor", "要素保障"
    STEP = "step", "审批事项"
    DEBT = "debt", "政府承诺"
    ACTION = "action", "逾期交办"
    OTHER = "other", "其他议题"


RANK = {kind: number for number, kind in enumerate(AgendaKind)}


class ItemStatus(Labelled):
    """议题在这次会上的情况。"""

    LISTED = "listed", "待议"
    DECIDED = "decided", "已议定"
    POSTPONED = "postponed", "本次不议"
    CARRIED = "carried", "未议，转下次"


class Origin(Labelled):
    """议题怎么来的。"""

    AUTO = "auto", "自动列入"
    HAND = "hand", "人工添加"


class DecisionResult(Labelled):
    """当场的决定。"""

    PASSED = "passed", "通过"
    CONDITIONAL = "conditional", "有条件通过"
    REJECTED = "rejected", "否决"
    GO_ON = "go_on", "继续提级，部署事项"
    END = "end", "结束提级"
    RULED = "ruled", "终裁"
    ASSIGNED = "assigned", "交办"
    SOLVED = "solved", "当场解决"
    EXTENDED = "extended", "准予延期"
    NOTED = "noted", "议定"
    DEFERRED = "deferred", "暂缓再议"


R = DecisionResult
RESULTS: Mapping[AgendaKind, tuple[DecisionResult, ...]] = {
    AgendaKind.APPEAL: (R.RULED, R.DEFERRED),
    AgendaKind.REVIEW: (R.PASSED, R.CONDITIONAL, R.REJECTED, R.DEFERRED),
    AgendaKind.ESCALATION: (R.GO_ON, R.END, R.DEFERRED),
    AgendaKind.PROBLEM: (R.ASSIGNED, R.SOLVED, R.DEFERRED),
    AgendaKind.FACTOR: (R.ASSIGNED, R.NOTED, R.DEFERRED),
    AgendaKind.STEP: (R.ASSIGNED, R.NOTED, R.DEFERRED),
    AgendaKind.DEBT: (R.ASSIGNED, R.NOTED, R.DEFERRED),
    AgendaKind.ACTION: (R.NOTED, R.EXTENDED, R.DEFERRED),
    AgendaKind.OTHER: (R.NOTED, R.DEFERRED),
}
# 说不说都明白的,不必再写一段
SELF_EVIDENT = (R.PASSED, R.CONDITIONAL, R.ASSIGNED)


@dataclass(frozen=True)
class Candidate:
    """一件该上会的事。`ref` 是对象的编号;`since` 自哪天起等着;`due_on` 有期限的。"""

    kind: AgendaKind
    ref: str
    title: str
    why: str
    clause: str
    since: date
    due_on: date | None = None
    amount: int | None = None
    project_id: int | None = None
    unit_id: int | None = None

    @property
    def key(self) -> tuple[str, str]:
        return (self.kind.value, self.ref)


def order_key(item: Candidate) -> tuple[int, date, date, int, str]:
    """排序的依据:类别、期限早的、等得久的、金额大的、编号。任何两件不会并列。"""
    return (
        RANK[item.kind], item.due_on or date.max, item.since, -(item.amount or 0), item.ref,
    )  # fmt: skip


@rule("3.5c")
def ordered(items: Iterable[Candidate]) -> list[Candidate]:
    """集中解决项目各环节问题,促进项目早开工、早投产。

    先议谁与给进来的次序无关;同一件只列一次。
    """
    once: dict[tuple[str, str], Candidate] = {}
    for item in sorted(items, key=order_key):
        once.setdefault(item.key, item)
    return list(once.values())


@rule("3.3c")
def escalation_waits(
    opened_at: datetime, ended_at: datetime | None, decided_at: datetime | None
) -> bool:
    """对新签约合同引资额5亿元以上的重大招商引资项目,实施提级管理。

    提级一打开就上下一次会;会上议定过(不是暂缓)的,除非再次打开,不再自动上会。
    """
    if ended_at is not None:
        return False
    return decided_at is None or decided_at < opened_at


def action_waits(due_on: date, on: date, *, live: bool) -> bool:
    """逾期没有报结的交办:到期的次日起上会。"""
    return live and due_on < on


# ───────── 当场决定 ─────────


@dataclass(frozen=True)
class ConditionDraft:
    """有条件通过的一个条件。"""

    text: str
    due_on: date | None = None
    evidence: str = ""


@dataclass(frozen=True)
class ActionDraft:
    """要交办的一件。"""

    text: str
    unit_id: int | None
    due_on: date | None
    person_id: int | None = None


@dataclass(frozen=True)
class DecisionDraft:
    """会上说的:结果、话、条件、交办;终裁另有牵头单位与份额,大额评审另有政府常务会议纪要的文号。"""

    result: DecisionResult | None
    text: str = ""
    conditions: tuple[ConditionDraft, ...] = ()
    actions: tuple[ActionDraft, ...] = ()
    lead_unit_id: int | None = None
    shares: tuple[tuple[int, int], ...] = ()
    due_on: date | None = None
    minutes_number: str = ""


def _bad_line(field: str, name: str, text: str, due_on: date | None, today: date) -> list[Finding]:
    found = []
    if not 0 < len(text.strip()) <= REASON_LIMIT:
        found.append(
            Finding(field, "decision.line", CLAUSE, f"每{name}都要写明内容（至多{REASON_LIMIT}字）")
        )
    if due_on is not None and due_on < today:
        found.append(
            Finding(field, "decision.line_due", CLAUSE, f"{name}的期限不能早于今天（{today}）")
        )
    return found


@rule("1e")
def judge_decision(
    kind: AgendaKind, draft: DecisionDraft, today: date, units: Collection[int]
) -> list[Finding]:
    """对项目进行集中评价和决策。

    每一类只能定它能定的;否决、结束提级、再议要有话;有条件的要有条件;交办要有单位与期限。
    """
    found: list[Finding] = []
    allowed = RESULTS[kind]
    if draft.result not in allowed:
        said = "、".join(r.label for r in allowed)
        return [
            Finding(
                "result", "decision.result", CLAUSE, f"「{kind.label}」能定的是：{said}，请选一项"
            )
        ]
    assert draft.result is not None
    text = draft.text.strip()
    if not text and draft.result not in SELF_EVIDENT:
        found.append(
            Finding("text", "decision.text", CLAUSE, f"定「{draft.result.label}」请写明意见与理由")
        )
    if len(text) > TEXT_LIMIT:
        found.append(Finding("text", "decision.length", CLAUSE, f"意见至多{TEXT_LIMIT}字"))
    if draft.result == R.CONDITIONAL and not draft.conditions:
        found.append(
            Finding("conditions", "decision.conditions", "3.4b", "有条件通过的，请至少写一个条件")
        )
    if draft.result != R.CONDITIONAL and draft.conditions:
        found.append(
            Finding(
                "conditions",
                "decision.conditions",
                "3.4b",
                "只有「有条件通过」才附条件，请改结果或去掉条件",
            )
        )
    if draft.result == R.ASSIGNED and not draft.actions:
        found.append(
            Finding(
                "actions", "decision.actions", CLAUSE, "交办的，请至少写一件：做什么、谁办、哪天前"
            )
        )
    if draft.result == R.DEFERRED and draft.actions:
        found.append(
            Finding("actions", "decision.actions", CLAUSE, "暂缓再议的不交办；要交办的请选别的结果")
        )
    if draft.result == R.EXTENDED and (draft.due_on is None or draft.due_on < today):
        found.append(
            Finding("due_on", "decision.due", CLAUSE, "准予延期的，请写延到哪天（不早于今天）")
        )
    if max(len(draft.conditions), len(draft.actions)) > LINES_LIMIT:
        found.append(
            Finding("actions", "decision.lines", CLAUSE, f"条件、交办各至多 {LINES_LIMIT} 件")
        )
    for condition in draft.conditions:
        found += _bad_line("conditions", "条件", condition.text, condition.due_on, today)
    for action in draft.actions:
        found += _bad_line("actions", "交办", action.text, action.due_on, today)
        if action.unit_id not in units:
            found.append(Finding("actions", "decision.unit", CLAUSE, "交办请选承办单位"))
        if action.due_on is None:
            found.append(Finding("actions", "decision.action_due", CLAUSE, "交办请写期限"))
    return found


def as_json(draft: DecisionDraft) -> dict[str, object]:
    """秘书记下的草稿存成这样。"""
    return {
        "result": draft.result.value if draft.result else "",
        "text": draft.text.strip(),
        "conditions": [
            {"text": c.text.strip(), "due_on": c.due_on.isoformat() if c.due_on else "",
             "evidence": c.evidence.strip()}
            for c in draft.conditions
        ],
        "actions": [
            {"text": a.text.strip(), "unit_id": a.unit_id, "person_id": a.person_id,
             "due_on": a.due_on.isoformat() if a.due_on else ""}
            for a in draft.actions
        ],
        "lead_unit_id": draft.lead_unit_id,
        "shares": [list(pair) for pair in draft.shares],
        "due_on": draft.due_on.isoformat() if draft.due_on else "",
        "minutes_number": draft.minutes_number.strip(),
    }  # fmt: skip


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def from_json(data: Mapping[str, object]) -> DecisionDraft:
    """`as_json` 的反面。"""
    given: dict[str, object] = dict(data)
    conditions = given.get("conditions") or []
    actions = given.get("actions") or []
    shares = given.get("shares") or []
    assert isinstance(conditions, list) and isinstance(actions, list) and isinstance(shares, list)
    lead = given.get("lead_unit_id")
    return DecisionDraft(
        result=DecisionResult(str(given["result"])) if given.get("result") else None,
        text=str(given.get("text", "")),
        conditions=tuple(
            ConditionDraft(c["text"], _day(c["due_on"]), c.get("evidence", "")) for c in conditions
        ),
        actions=tuple(
            ActionDraft(a["text"], a.get("unit_id"), _day(a["due_on"]), a.get("person_id"))
            for a in actions
        ),
        lead_unit_id=int(str(lead)) if lead is not None else None,
        shares=tuple((int(unit), int(share)) for unit, share in shares),
        due_on=_day(str(given.get("due_on", ""))),
        minutes_number=str(given.get("minutes_number", "")),
    )
