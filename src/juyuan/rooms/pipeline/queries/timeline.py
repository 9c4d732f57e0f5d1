"""项目的经过:台账事件 → 人读的一条条。改动写成 旧 → 新,编号换成名称。"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from juyuan.foundation.ledger.models import Event, Result
from juyuan.foundation.people.models import Person, Unit
from juyuan.foundation.people.visibility import Confidentiality
from juyuan.foundation.ui.formats import amount as money
from juyuan.foundation.ui.formats import percent
from juyuan.rooms.chains.models import Chain, Node
from juyuan.rooms.investors.models import Investor
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.models.project import CONFIDENTIALITY_LABELS
from juyuan.rooms.pipeline.queries.merging import codes_of
from juyuan.rooms.pipeline.rules.amounts import Category, Origin, Unknown
from juyuan.rooms.pipeline.rules.drafts import MONEY_FIELDS, TEXT_LIMITS
from juyuan.rooms.pipeline.rules.facts import FactKey, LandingKind
from juyuan.rooms.pipeline.rules.relations import RelationKind
from juyuan.rooms.pipeline.rules.stages import ClosingReason, Stage

OBJ = "project"
MAX_SHOWN = 60  # 一段文字在经过里最多显示的字数
EMPTY = "空"


@dataclass(frozen=True)
class Look:
    icon: str
    title: str
    kind: str = ""


LOOKS: dict[str, Look] = {
    "registered": Look("plus", "登记入库", "key"),
    "edited": Look("pencil", "修改内容"),
    "advance": Look("arrow-right", "前移", "key"),
    "back": Look("arrow-back-up", "退回", "back"),
    "jump": Look("alert-triangle", "越级入库", "jump"),
    "pause": Look("player-pause", "暂缓"),
    "end": Look("ban", "终止", "back"),
    "withdraw": Look("logout", "退库", "back"),
    "resume": Look("player-play", "恢复推进"),
    "recognised": Look("certificate", "认定", "key"),
    "recognition_withdrawn": Look("arrow-back-up", "撤回认定（冲回）", "back"),
    "gate_met": Look("certificate", "门槛补齐，转为已认定", "key"),
    "gate_lost": Look("arrow-back-up", "证据作废，落回待核实", "back"),
    "added": Look("upload", "提交证据"),
    "requested": Look("trash", "提出作废"),
    "confirmed": Look("trash", "作废已确认", "back"),
    "rejected": Look("x", "作废未获同意"),
    "pipeline.update.submitted": Look("calendar-check", "月度更新"),
    "pipeline.update.corrected": Look("calendar-check", "锁账后更正月度更新", "back"),
    "pipeline.progress.reported": Look("activity", "填报进展"),
    "pipeline.progress.retracted": Look("arrow-back-up", "撤销进展", "back"),
}
LOOKS |= {
    "pipeline.voucher.recorded": Look("cash", "登记到位资金凭证"),
    "pipeline.voucher.filed": Look("upload", "补交凭证文件"),
    "pipeline.voucher.accepted": Look("certificate", "认可到位资金凭证", "key"),
    "pipeline.voucher.returned": Look("arrow-back-up", "退回到位资金凭证", "back"),
    "pipeline.voucher.reversed": Look("arrow-back-up", "冲回到位资金凭证", "back"),
    "pipeline.voucher.reversal_requested": Look("arrow-back-up", "提出冲回凭证"),
    "pipeline.voucher.reversal_accepted": Look("arrow-back-up", "冲回已认可", "back"),
    "pipeline.voucher.reversal_returned": Look("x", "冲回未获认可"),
}
LOOKS |= {
    "pipeline.escalation.opened": Look("flag-3", "达到提级门槛，自动打开提级", "key"),
    "pipeline.escalation.confirmed": Look("flag-3", "签约已认定，提级确认", "key"),
    "pipeline.escalation.amended": Look("flag-3", "提级的金额更正"),
    "pipeline.escalation.lapsed": Look("arrow-back-up", "提级撤回", "back"),
    "pipeline.escalation.convener_set": Look("user", "定提级召集人"),
    "pipeline.escalation.team_set": Look("users", "改提级专班"),
    "pipeline.escalation.planned": Look("file-text", "交提级工作方案"),
    "pipeline.escalation.reported": Look("message", "提级报告"),
    "pipeline.escalation.closed": Look("flag-3", "提级办结", "key"),
    "pipeline.relation.proposed": Look("affiliate", "疑似与别的项目有关系，待判定"),
    "pipeline.relation.confirmed": Look("affiliate", "项目关系判定属实", "key"),
    "pipeline.relation.dismissed": Look("x", "项目关系判定不属实"),
    "pipeline.relation.revoked": Look("arrow-back-up", "项目关系撤销判定", "back"),
    "pipeline.project.merged": Look("affiliate", "与另一个项目并成一个", "key"),
    "pipeline.project.unmerged": Look("arrow-back-up", "撤销合并", "back"),
    "pipeline.supplement.added": Look("file-text", "登记补充协议", "key"),
    "pipeline.supplement.checked": Look("certificate", "补充协议已认可，签约数字按新金额", "key"),
}
DEFAULT = Look("history", "其他事项")

LABELS: dict[str, str] = {
    **{name: label for name, (label, _) in TEXT_LIMITS.items()},
    **MONEY_FIELDS,
    **{f"{name}_unknown": f"{label}说明" for name, label in MONEY_FIELDS.items()},
    "committed_investment": "合同引资额",
    "category": "项目类别",
    "chain_id": "产业链",
    "node_id": "环节",
    "industry_code": "行业代码",
    "landing_kind": "落地方式",
    "lead_unit_id": "首谈单位",
    "confidentiality": "密级",
    "signed_on": "签约日期",
    "started_on": "开工日期",
    "promised_land_on": "承诺拿地日期",
    "promised_start_on": "承诺开工日期",
    "promised_production_on": "承诺投产日期",
    "promised_capacity_on": "承诺达效日期",
    "parties": "出资方",
    "hosts": "承载地",
    "participant_ids": "参与单位",
    "listed_ids": "限名单人员",
}
AMOUNT_NAMES = {*MONEY_FIELDS, "committed_investment"}
WORDS: dict[str, Mapping[str, str]] = {
    "category": dict(Category.pairs()),
    "landing_kind": dict(LandingKind.pairs()),
    "confidentiality": {c.value: CONFIDENTIALITY_LABELS[c] for c in Confidentiality},
    **{f"{name}_unknown": dict(Unknown.pairs()) for name in MONEY_FIELDS},
}


@dataclass(frozen=True)
class Change:
    """一处改动。`money` 为真时 before、after 是元(显示单位随人)。"""

    label: str
    before: Any
    after: Any
    money: bool = False


@dataclass(frozen=True)
class Entry:
    """经过的一条。"""

    icon: str
    kind: str
    title: str
    text: str
    changes: tuple[Change, ...]
    why: str
    who: str
    at: datetime
    clause: str
    via: str = ""
    project_code: str = ""
    project_name: str = ""


@dataclass(frozen=True)
class Names:
    """编号 → 名称,一次查齐。"""

    units: Mapping[int, str]
    investors: Mapping[int, str]
    chains: Mapping[int, str]
    nodes: Mapping[int, str]
    people: Mapping[int, str]


def _ids(values: Iterable[Any], key: str = "") -> set[int]:
    found: set[int] = set()
    for value in values:
        for item in value if isinstance(value, list) else [value]:
            number = item.get(key) if isinstance(item, dict) else item
            if isinstance(number, int):
                found.add(number)
    return found


def _named(model: Any, ids: set[int], label: str = "name") -> dict[int, str]:
    if not ids:
        return {}
    return dict(model.objects.filter(pk__in=ids).values_list("pk", label))


def _names_in(sides: Sequence[Mapping[str, Any]]) -> Names:
    def values(name: str) -> list[Any]:
        return [side[name] for side in sides if side.get(name)]

    units = _ids(values("lead_unit_id")) | _ids(values("participant_ids"))
    return Names(
        units=_named(Unit, units | _ids(values("hosts"), "unit")),
        investors=_named(Investor, _ids(values("parties"), "investor")),
        chains=_named(Chain, _ids(values("chain_id")), "short_name"),
        nodes=_named(Node, _ids(values("node_id"))),
        people=_named(Person, _ids(values("listed_ids"))),
    )


def _said(name: str, value: Any, names: Names) -> Any:
    if value in (None, "", []):
        return EMPTY
    if name in WORDS:
        return WORDS[name].get(str(value), value)
    if name == "lead_unit_id":
        return names.units.get(value, EMPTY)
    if name == "chain_id":
        return names.chains.get(value, EMPTY)
    if name == "node_id":
        return names.nodes.get(value, EMPTY)
    if name == "participant_ids":
        return "、".join(names.units.get(pk, "") for pk in value)
    if name == "listed_ids":
        return "、".join(names.people.get(pk, "") for pk in value)
    if name == "parties":
        return ";".join(_party(item, names) for item in value)
    if name == "hosts":
        return ";".join(_host(item, names) for item in value)
    text = str(value)
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…"


def _names(events: Sequence[Event]) -> Names:
    return _names_in(
        [
            side
            for event in events
            for side in (event.before, event.after)
            if event.event.endswith(".edited") and isinstance(side, dict)
        ]
    )


def changes_between(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    investors: Mapping[int, str] | None = None,
) -> tuple[Change, ...]:
    """两份内容(台账里的写法)逐栏的不同,编号换成名称;`investors` 补上还没登记的出资方名称。"""
    names = _names_in([before, after])
    known = replace(names, investors={**(investors or {}), **names.investors})
    return _compare(before, after, known)


def _compare(
    before: Mapping[str, Any], after: Mapping[str, Any], names: Names
) -> tuple[Change, ...]:
    return tuple(
        Change(
            LABELS.get(name, name),
            before.get(name) if name in AMOUNT_NAMES else _said(name, before.get(name), names),
            after.get(name) if name in AMOUNT_NAMES else _said(name, after.get(name), names),
            money=name in AMOUNT_NAMES,
        )
        for name in after
    )


def _party(item: dict[str, Any], names: Names) -> str:
    parts = [names.investors.get(item.get("investor", 0), ""), percent(item.get("share_bp", 0))]
    if item.get("origin"):
        parts.append(Origin(item["origin"]).label)
    if item.get("fiscal"):
        parts.append("财政资金")
    return " ".join(parts)


def _host(item: dict[str, Any], names: Names) -> str:
    name = names.units.get(item.get("unit", 0), "")
    return f"{name} {percent(item.get('share_bp', 0))}" if item.get("actual") else f"{name}（备选）"


def _stage(side: Any, key: str = "stage") -> str:
    value = side.get(key) if isinstance(side, dict) else None
    return Stage(value).label if value in set(Stage) else ""


def _changes(event: Event, names: Names) -> tuple[Change, ...]:
    before = event.before if isinstance(event.before, dict) else {}
    after = event.after if isinstance(event.after, dict) else {}
    if event.event.endswith((".edited", "supplement.added", "supplement.checked")):
        return _compare(before, after, names)
    if event.event.endswith(".recognition_withdrawn"):
        amount = before.get("committed_investment")
        return (Change("合同引资额", amount, 0, money=True),) if amount else ()
    return ()


def _escalation(after: Mapping[str, Any], verb: str) -> str:
    if "amount" in after:
        return f"合同引资额 {money(after['amount'], 'wan')} 万元"
    if verb == "convener_set":
        return str(after.get("convener", ""))
    if verb == "team_set":
        return "、".join(after.get("team", ()))
    if verb == "reported":
        text = str(after.get("progress", ""))
        cut = text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…"
        return f"应报日 {after.get('due_on', '')}：{cut}"
    return ""


def _text(event: Event, verb: str) -> str:
    after = event.after if isinstance(event.after, dict) else {}
    if event.event.startswith("pipeline.voucher."):
        return f"{after.get('number', '')}，{money(after.get('amount'), 'wan')} 万元"
    if event.event.startswith("pipeline.relation."):
        kind = after.get("kind")
        return RelationKind(kind).label if kind in set(RelationKind) else ""
    if event.event.startswith("pipeline.escalation."):
        return _escalation(after, verb)
    if verb in ("merged", "unmerged"):
        return "并入" if after.get("side") == "source" else "并进来一个"
    if verb in ("advance", "back", "jump"):
        return f"{_stage(event.before)} → {_stage(event.after)}"
    if verb == "registered":
        return f"进入「{_stage(event.after)}」"
    if verb == "recognised":
        return f"「{_stage(event.after)}」，事实日 {after.get('fact_on', '')}"
    if verb == "gate_met":
        return f"「{_stage(event.after)}」"
    if verb == "recognition_withdrawn":
        return f"「{_stage(event.before)}」"
    if verb == "added":
        key = after.get("fact", "")
        label = FactKey(key).label if key in set(FactKey) else ""
        title = str(after.get("title", ""))
        return title if label in title else f"{label}：{title}"
    if verb in ("pause", "end", "withdraw"):
        code = after.get("reason", "")
        return ClosingReason(code).label if code in set(ClosingReason) else ""
    if verb in ("requested", "confirmed", "rejected"):
        proof = after.get("evidence") or (event.before or {}).get("evidence")
        return f"证据「{proof}」" if proof else "整个项目"
    return ""


def entries(events: Sequence[Event]) -> list[Entry]:
    """事件 → 条目(名称一次查齐)。"""
    names = _names(events)
    found = []
    for event in events:
        verb = event.event.rsplit(".", 1)[-1]
        look = LOOKS.get(event.event) or LOOKS.get(verb, DEFAULT)
        unit = f"{event.unit_name} " if event.unit_name else ""
        post = f"（{event.post_label}）" if event.post_label else ""
        found.append(
            Entry(
                icon=look.icon,
                kind=look.kind,
                title=look.title,
                text=_text(event, verb),
                changes=_changes(event, names),
                why=event.reason,
                who=f"{unit}{event.actor_name}{post}",
                at=event.at,
                clause=event.clause,
                via={"api": "接口", "console": "控制台", "job": "定时任务"}.get(event.via, ""),
                project_code=event.obj_id,
                project_name=event.obj_label,
            )
        )
    return found


def timeline_of(project: Project, limit: int = 50) -> tuple[list[Entry], int]:
    """一个项目的经过(新的在前)与总条数;并进来的项目的经过也在内。"""
    rows = Event.objects.filter(obj_type=OBJ, obj_id__in=codes_of(project), result=Result.DONE)
    total = rows.count()
    return entries(list(rows.order_by("-id")[:limit])), total


def recent(codes: Iterable[str], limit: int = 8) -> list[Entry]:
    """这些项目最近的经过(工作台用)。"""
    rows = Event.objects.filter(obj_type=OBJ, obj_id__in=list(codes), result=Result.DONE)
    return entries(list(rows.order_by("-id")[:limit]))
