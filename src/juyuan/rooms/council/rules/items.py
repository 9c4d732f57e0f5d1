"""交办事项:交办、办理、报结、销号;延期;逾期不是状态,是算出来的。纯函数。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled
from juyuan.kernel.verdict import Finding

CLAUSE = "1e"
TEXT_LIMIT, REASON_LIMIT = 2000, 500


class ActionState(Labelled):
    """交办事项的状态。"""

    ASSIGNED = "assigned", "交办"
    WORKING = "working", "办理"
    SUBMITTED = "submitted", "待销号"
    CLOSED = "closed", "销号"


class ActionVerb(Labelled):
    """交办事项上的一步。"""

    ASSIGN = "assign", "交办事项"
    REPORT = "report", "报进展"
    SUBMIT = "submit", "报结"
    RETURN = "return", "退回再办"
    CLOSE = "close", "同意销号"
    ASK = "ask", "申请延期"
    GRANT = "grant", "同意延期"
    REFUSE = "refuse", "不同意延期"


class ActionSource(Labelled):
    """交办从哪里来。"""

    MEETING = "meeting", "会议议定"
    PROBLEM = "problem", "难题交办"
    DEBT = "debt", "政府承诺"


S, V = ActionState, ActionVerb
MOVES: dict[tuple[ActionState, ActionVerb], ActionState] = {
    (S.ASSIGNED, V.REPORT): S.WORKING,
    (S.WORKING, V.REPORT): S.WORKING,
    (S.ASSIGNED, V.SUBMIT): S.SUBMITTED,
    (S.WORKING, V.SUBMIT): S.SUBMITTED,
    (S.SUBMITTED, V.RETURN): S.WORKING,
    (S.SUBMITTED, V.CLOSE): S.CLOSED,
    (S.ASSIGNED, V.ASK): S.ASSIGNED,
    (S.WORKING, V.ASK): S.WORKING,
    (S.ASSIGNED, V.GRANT): S.ASSIGNED,
    (S.WORKING, V.GRANT): S.WORKING,
    (S.ASSIGNED, V.REFUSE): S.ASSIGNED,
    (S.WORKING, V.REFUSE): S.WORKING,
}
LIVE = (S.ASSIGNED, S.WORKING)
OPEN = (*LIVE, S.SUBMITTED)


def next_state(state: ActionState, verb: ActionVerb) -> ActionState | None:
    """走这一步之后的状态;不能走为空。"""
    return MOVES.get((state, verb))


@rule("3.5c")
def is_overdue(state: ActionState, due_on: date, on: date) -> bool:
    """集中解决项目各环节问题,促进项目早开工、早投产。

    还没有报结、期限已过(到期当天不算)的逾期。
    """
    return state in LIVE and due_on < on


@rule("1d")
def on_time(submitted_on: date, due_on: date) -> bool:
    """各成员单位常态化做好招商引资和服务。

    常态化看交办办得及不及时。按时:销号所依据的那次报结不晚于当时的期限(含当天);商务主管部门核对用的日子不算在承办单位头上。
    """
    return submitted_on <= due_on


def rate_bp(part: int, whole: int) -> int | None:
    """率,基点,四舍五入;没有分母为空。"""
    return None if whole == 0 else (part * 20_000 + whole) // (2 * whole)


@dataclass(frozen=True)
class NewAction:
    """新交办的一件。"""

    title: str
    unit_id: int | None
    due_on: date | None
    person_id: int | None = None


def judge_text(text: str, what: str, field: str = "text") -> list[Finding]:
    """要写、不过长。"""
    if not text.strip():
        return [Finding(field, "action.text", CLAUSE, f"请写明{what}")]
    if len(text.strip()) > TEXT_LIMIT:
        return [Finding(field, "action.length", CLAUSE, f"{what}至多{TEXT_LIMIT}字")]
    return []


def judge_submit(text: str, *, has_evidence: bool) -> list[Finding]:
    """报结:写结果,附凭据。没有凭据的不能报结。"""
    found = judge_text(text, "办理结果")
    if not has_evidence:
        found.append(
            Finding(
                "file", "action.evidence", CLAUSE, "报结要附凭据（文件、照片、批复），请选择文件"
            )
        )
    return found


def judge_extension(
    asked: date | None, reason: str, due_on: date, today: date, used: int, limit: int
) -> list[Finding]:
    """延期:比原期限晚、不早于今天、有理由;次数有上限(建议值)。"""
    found = judge_text(reason, "延期的理由", "reason")
    if asked is None:
        found.append(Finding("due_on", "action.extend_to", CLAUSE, "请写延到哪一天"))
    elif asked <= due_on or asked < today:
        found.append(
            Finding(
                "due_on", "action.extend_to", CLAUSE,
                f"延到的日子要晚于现在的期限（{due_on}），且不早于今天（{today}）",
            )
        )  # fmt: skip
    if used >= limit:
        found.append(
            Finding(
                "", "action.extend_limit", CLAUSE,
                f"已经延期 {used} 次，至多 {limit} 次；仍办不完的由会议议定",
            )
        )  # fmt: skip
    return found
