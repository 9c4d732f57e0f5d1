"""一种玩具导入:列齐、规矩全,用来试框架。对象就是台账里的事件(真表、真事务),不另建模型。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from juyuan.foundation.exchange import parsers
from juyuan.foundation.exchange.columns import REFUSE, REFUSED, Column, ParsedRow
from juyuan.foundation.exchange.kinds import (
    DOUBTFUL,
    NEW,
    SAME,
    UPDATE,
    Candidate,
    ExportColumn,
    ExportKind,
    ImportKind,
    Judgement,
    ObjectRef,
    Opening,
)
from juyuan.foundation.exchange.kinds import REFUSED as ROW_REFUSED
from juyuan.foundation.ledger.actions import Entry, record, record_many
from juyuan.foundation.ledger.models import Event
from juyuan.kernel.actor import Actor
from juyuan.kernel.text import normalise
from juyuan.kernel.verdict import RuleBroken

STAGES = {"planning": "谋划", "negotiation": "洽谈", "signed": "签约", "landed": "落地"}
COLUMNS = (
    Column(
        "name",
        "项目名称",
        parsers.text(max_length=60),
        ("项目", "名称"),
        required=True,
        example="示例项目",
        width=30,
    ),
    Column("investor", "投资方", parsers.text(), ("投资主体", "企业名称"), width=24),
    Column(
        "total",
        "总投资",
        parsers.money(explicit={"不便透露": "withheld", "待定": "pending"}),
        ("投资总额", "计划总投资"),
        unit="万元",
        merged=REFUSE,
        example="12000",
        note="也可写“不便透露”或“待定”",
    ),
    Column("fixed", "固定资产投资", parsers.money(), ("固投",), unit="万元", merged=REFUSE),
    Column("county", "承载地", parsers.text(), ("落户地", "所在县区"), choices=("甲县", "乙区")),
    Column(
        "stage",
        "所处阶段",
        parsers.choice(
            STAGES, extra={"在谈": "negotiation", "在建": "landed", "拟签约": "negotiation"}
        ),
        ("阶段", "项目阶段"),
        choices=tuple(STAGES.values()),
    ),
    Column("met_on", "时间", parsers.day(), ("首谈时间", "日期")),
    Column("uscc", "统一社会信用代码", parsers.credit_code(), ("信用代码",)),
    Column("share", "出资比例", parsers.share(), ("占比",)),
    Column("jobs", "新增岗位", parsers.integer(), ("岗位",)),
    Column("phone", "联系电话", parsers.code(), ("电话",), sensitive=True),
)
STORE = "toy"


@dataclass(frozen=True)
class Command:
    action: str
    id: str
    name: str
    data: tuple[tuple[str, str], ...]


@dataclass
class Lookups:
    by_id: dict[str, dict[str, str]]
    by_loose: dict[str, list[str]]
    hidden: set[str]
    actor_unit: str


def store() -> dict[str, dict[str, str]]:
    """当前存着的玩具对象(按台账里的最后一条)。"""
    found: dict[str, dict[str, str]] = {}
    for event in Event.objects.filter(obj_type=STORE, event__startswith="toy.").order_by("id"):
        if event.event == "toy.removed":
            found.pop(event.obj_id, None)
        else:
            found[event.obj_id] = dict(event.after)
    return found


def loose(name: str) -> str:
    return normalise(name).replace("项目", "").replace("(一期)", "").replace("工程", "")


def prepare(rows: Sequence[ParsedRow], actor: Actor, today: date) -> Lookups:
    by_id = store()
    by_loose: dict[str, list[str]] = {}
    for key, data in by_id.items():
        by_loose.setdefault(loose(data["name"]), []).append(key)
    unit = actor.post.unit_code if actor.post else ""
    hidden = {k for k, d in by_id.items() if d.get("county") == "密县" and unit != "boss"}
    return Lookups(by_id, by_loose, hidden, unit)


def _data(row: ParsedRow) -> dict[str, str]:
    return {
        k: parsers.shown_value(v) for k, v in row.values.items() if v is not None and k != "phone"
    }


def judge(rows: Sequence[ParsedRow], lookups: Lookups) -> list[Judgement]:
    seen: dict[str, str] = {}
    answers: list[Judgement] = []
    for row in rows:
        name = row.get("name")
        if row.broken or not name:
            answers.append(Judgement(ROW_REFUSED))
            continue
        total, fixed = row.get("total"), row.get("fixed")
        if isinstance(total, int) and isinstance(fixed, int) and fixed > total:
            finding = row.finding(
                REFUSED, "固定资产投资大于总投资。", "请核对两个数与单位。", "fixed", "toy.fixed"
            )
            answers.append(Judgement(ROW_REFUSED, (finding,)))
            continue
        answers.append(_one(row, lookups, seen))
        seen.setdefault(loose(name), row.key)
    return answers


def _one(row: ParsedRow, lookups: Lookups, seen: dict[str, str]) -> Judgement:
    data = _data(row)
    identity = normalise(data["name"])
    known = lookups.by_id.get(identity)
    if known is not None and identity not in lookups.hidden:
        return _compare(identity, known, data)
    if row.settled.startswith("same:"):
        target = row.settled.removeprefix("same:")
        if target in lookups.by_id and target not in lookups.hidden:
            return _compare(target, lookups.by_id[target], data, keep_name=True)
        return Judgement(SAME, target=ObjectRef("row", target, target))
    if row.settled != "new":
        suspects = list(lookups.by_loose.get(loose(data["name"]), []))
        candidates = [
            Candidate(
                ObjectRef(STORE, key, lookups.by_id[key]["name"], f"/toy/{key}/"),
                tuple(sorted(lookups.by_id[key].items())),
                key not in lookups.hidden,
            )
            for key in suspects
        ]
        twin = seen.get(loose(data["name"]))
        if twin is not None:
            candidates.append(
                Candidate(
                    ObjectRef(
                        "row",
                        twin,
                        f"本文件 {twin.rpartition('!')[0]} 第 {twin.rpartition('!')[2]} 行",
                    )
                )
            )
        if candidates:
            finding = row.finding(
                "doubt", "与已有的很像。", "请选:同一个、另一个、略过。", "name", "toy.like"
            )
            return Judgement(DOUBTFUL, (finding,), candidates=tuple(candidates))
    return Judgement(
        NEW, command=Command("add", identity, data["name"], tuple(sorted(data.items())))
    )


def _compare(
    target: str, known: dict[str, str], data: dict[str, str], keep_name: bool = False
) -> Judgement:
    merged = {**known, **data}
    if keep_name:
        merged["name"] = known["name"]
    ref = ObjectRef(STORE, target, known["name"], f"/toy/{target}/")
    if merged == known:
        return Judgement(SAME, target=ref)
    changes = tuple(
        (k, known.get(k, ""), merged[k]) for k in sorted(merged) if known.get(k) != merged[k]
    )
    command = Command("change", target, merged["name"], tuple(sorted(merged.items())))
    return Judgement(UPDATE, command=command, target=ref, changes=changes)


def _entry(command: Command) -> Entry:
    event = "toy.added" if command.action == "add" else "toy.changed"
    return Entry(event, STORE, command.id, command.name, after=dict(command.data))


def commit_many(
    commands: Sequence[Command], *, actor: Actor, now: datetime, group: UUID, opening: Opening
) -> list[ObjectRef]:
    record_many([_entry(c) for c in commands], actor=actor, now=now, group=group)
    return [ObjectRef(STORE, c.id, c.name, f"/toy/{c.id}/") for c in commands]


def commit_one(
    command: Command, *, actor: Actor, now: datetime, group: UUID, opening: Opening
) -> ObjectRef:
    entry = _entry(command)
    record(
        event=entry.event,
        actor=actor,
        obj_type=entry.obj_type,
        obj_id=entry.obj_id,
        obj_label=entry.obj_label,
        after=entry.after,
        now=now,
        group=group,
    )
    return ObjectRef(STORE, command.id, command.name, f"/toy/{command.id}/")


def reverse(
    refs: Sequence[ObjectRef], *, actor: Actor, now: datetime, group: UUID, reason: str
) -> None:
    known = store()
    for ref in refs:
        if known.get(ref.id, {}).get("stage") == "landed":
            raise RuleBroken.one("batch", "toy.used", f"{ref.label}已落地,不能整批撤回。")
    record_many(
        [Entry("toy.removed", STORE, ref.id, ref.label, reason=reason) for ref in refs],
        actor=actor,
        now=now,
        group=group,
    )


def undo_updates(
    refs: Sequence[ObjectRef],
    *,
    batch_group: UUID,
    actor: Actor,
    now: datetime,
    group: UUID,
    reason: str,
) -> None:
    entries = []
    for ref in refs:
        events = Event.objects.filter(obj_type=STORE, obj_id=ref.id).order_by("id")
        before = events.exclude(group=batch_group).last()
        assert before is not None
        entries.append(
            Entry("toy.changed", STORE, ref.id, ref.label, after=before.after, reason=reason)
        )
    record_many(entries, actor=actor, now=now, group=group)


TOY = ImportKind(
    name="toys",
    label="玩具台账",
    columns=COLUMNS,
    prepare=prepare,
    judge=judge,
    commit_many=commit_many,
    commit_one=commit_one,
    oversee=lambda actor: actor.has_any("verifier", "head"),
    reverse=reverse,
    undo_updates=undo_updates,
    description="只供测试",
    opening_allowed=True,
)


def export_rows(actor: Actor, filters: Any, today: date) -> list[dict[str, Any]]:
    said = {"withheld": "不便透露", "pending": "待定"}
    rows = []
    for _, data in sorted(store().items()):
        row: dict[str, Any] = dict(data)
        for name in ("total", "share", "jobs"):
            if name in row:
                row[name] = int(row[name]) if row[name].isdigit() else said[row[name]]
        rows.append(row)
    return rows


TOY_EXPORT = ExportKind(
    name="toys",
    label="玩具台账",
    columns=(
        ExportColumn("name", "项目名称", width=30),
        ExportColumn("investor", "投资方"),
        ExportColumn("total", "总投资", "money_wan"),
        ExportColumn("county", "承载地"),
        ExportColumn("met_on", "时间", "date"),
        ExportColumn("share", "出资比例", "share"),
        ExportColumn("jobs", "新增岗位", "integer"),
    ),
    rows=export_rows,
)
