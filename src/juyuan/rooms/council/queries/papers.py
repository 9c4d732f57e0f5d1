"""会议的两种文:材料汇编(议程与逐项材料,按看的人裁)、会议纪要(锁定的事实 → 纪要格式)。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from juyuan.foundation.papers.models import Document
from juyuan.foundation.papers.rules import (
    Block,
    Form,
    Heading,
    Paper,
    Para,
    Roll,
    Table,
    said_day,
)
from juyuan.foundation.policy.queries import bureau, identity
from juyuan.foundation.ui.formats import amount
from juyuan.kernel.actor import Actor
from juyuan.rooms.council.models import ActionItem, AgendaItem, Decision, Meeting, Seat
from juyuan.rooms.council.queries import agenda
from juyuan.rooms.council.queries.meetings import quorum_of
from juyuan.rooms.council.queries.sheets import Sheet, sheets
from juyuan.rooms.council.rules.agenda import AgendaKind, DecisionResult, ItemStatus
from juyuan.rooms.council.rules.meetings import Attendance, SeatKind

MARK = "招商引资服务促进会议纪要"
MINUTES = "council.minutes"
SERIES = "会议纪要"
NOT_PRESENT = (Attendance.LEAVE, Attendance.ABSENT)


def issuer() -> str:
    """承办的商务主管部门,冠市名。"""
    name, city = bureau(), identity().city
    return f"{city}{name.removeprefix('市')}" if name.startswith("市") else name


# ───────── 材料 ─────────


def pack(actor: Actor, meeting: Meeting, on: date) -> Paper:
    """材料汇编:议程表,其后每项一页材料;看不见的议题不在内。"""
    lines = [
        x for x in agenda.lines(actor, meeting, on) if x.status != ItemStatus.POSTPONED
    ]  # fmt: skip
    found = sheets(actor, lines, on)
    body: list[Block] = [
        Para(
            f"{said_day(meeting.held_on)}{meeting.starts_at:%H:%M}，在{meeting.place}召开"
            f"{meeting.title}，由{meeting.chair.name}主持。议题共{len(lines)}项。"
        ),
        Heading("议程"),
    ]
    if lines:
        rows = tuple(
            (str(n), x.item.kind.label, x.item.title, x.unit or "—", x.item.why)
            for n, x in enumerate(lines, start=1)
        )
        body.append(
            Table(("序号", "类别", "议题", "汇报单位", "为何上会"), rows, (7, 14, 30, 17, 32))
        )
    else:
        body.append(Para("暂无议题。"))
    for line in lines:
        body += _sheet(
            f"{line.item.kind.label}：{line.item.title}", line.item.amount, found[line.key]
        )
    return Paper(
        title=f"{meeting.title}材料", body=tuple(body), signer=issuer(), dated=meeting.held_on,
        form=Form.PLAIN, sealed=False, note="材料按查阅人的权限编印，不得外传",
    )  # fmt: skip


def _sheet(title: str, yuan: int | None, sheet: Sheet) -> list[Block]:
    blocks: list[Block] = [Heading(title)]
    facts = list(sheet.facts)
    if yuan is not None and not any(name == "合同引资额" for name, _ in facts):
        facts.append(("金额", f"{amount(yuan, 'yi')} 亿元"))
    if facts:
        blocks.append(Table(("项目", "情况"), tuple((n, v or "—") for n, v in facts), (28, 72)))
    if sheet.table:
        blocks.append(Table(sheet.table[0], sheet.table[1:]))
    for name, text in sheet.paras:
        blocks.append(Heading(name, 2))
        blocks.append(Para(text or "—"))
    if not facts and not sheet.paras:
        blocks.append(Para("会上汇报。"))
    return blocks


# ───────── 纪要 ─────────


def minutes_facts(meeting: Meeting) -> dict[str, Any]:
    """纪要锁定的事实:时间、地点、主持、到会、逐项决定、交办。限名单项目不写名称。"""
    seats = list(meeting.seats.select_related("unit").order_by("order", "id"))
    found = quorum_of(meeting, seats)
    rows = list(
        Decision.objects.filter(meeting=meeting)
        .select_related("item", "project", "item__unit")
        .order_by("item__position", "id")
    )
    todo: dict[int, list[ActionItem]] = {}
    for item in ActionItem.objects.filter(decision__in=rows).select_related("unit").order_by("id"):
        todo.setdefault(item.decision_id or 0, []).append(item)
    carried = AgendaItem.objects.filter(
        meeting=meeting, status__in=(ItemStatus.CARRIED.value, ItemStatus.LISTED.value)
    )
    return {
        "title": meeting.title, "year": meeting.year, "sequence": meeting.sequence,
        "held_on": meeting.held_on.isoformat(), "starts_at": meeting.starts_at.strftime("%H:%M"),
        "place": meeting.place, "chair": meeting.chair.name,
        "recorder": meeting.secretary.name if meeting.secretary else "",
        "quorum": {"summoned": found.summoned, "present": found.present}, "present": _names(seats, present=True),
        "leave": _names(seats, present=False), "observers": _observers(seats),
        "decisions": [_decision(n, row, todo.get(row.pk, [])) for n, row in enumerate(rows, 1)],
        "carried": carried.count(), "issuer": issuer(), "bureau": bureau(),
    }  # fmt: skip


def _names(seats: Sequence[Seat], *, present: bool) -> list[str]:
    """出席(含委托)或请假、缺席的。"""
    found = []
    for seat in seats:
        if seat.kind == SeatKind.OBSERVER:
            continue
        here = seat.attendance in (Attendance.PRESENT, Attendance.DELEGATE)
        away = seat.attendance in NOT_PRESENT
        if (present and here) or (not present and away):
            who = seat.attended_by or seat.name
            found.append(f"{seat.unit}{who}" if seat.unit else who)
    return found


def _observers(seats: Sequence[Seat]) -> list[str]:
    return [
        f"{s.unit or ''}{s.attended_by or s.name}" for s in seats if s.kind == SeatKind.OBSERVER
    ]


def _decision(number: int, row: Decision, todo: Sequence[ActionItem]) -> dict[str, Any]:
    hidden = row.project is not None and row.project.confidentiality == "restricted"
    base = {
        "number": number, "kind": AgendaKind(row.kind).label, "title": row.item.title,
        "unit": str(row.item.unit) if row.item.unit else "",
        "result": DecisionResult(row.result).label, "text": row.text,
        "conditions": row.conditions,
        "actions": [
            {"text": x.title, "unit": str(x.unit), "due_on": x.first_due_on.isoformat()}
            for x in todo
        ],
    }  # fmt: skip
    if hidden:  # 限名单项目的决定另行通知,不写进发给各单位的纪要
        base |= {
            "title": "有关项目", "unit": "", "result": "已议定", "text": "内容另行通知有关单位",
            "conditions": [], "actions": [],
        }  # fmt: skip
    return base


def minutes_paper(
    facts: Mapping[str, Any], words: Mapping[str, str], number: str, dated: date
) -> Paper:
    """纪要:纯由锁定的事实与可改的话组成,不查库、不看钟。"""
    held = date.fromisoformat(facts["held_on"])
    opening = words.get("opening", "").strip() or (
        f"{said_day(held)}，{facts['chair']}同志在{facts['place']}主持召开{facts['title']}，"
        f"集中研究招商引资项目有关事项。会议应到成员单位{facts['quorum'].get('summoned', 0)}家，"
        f"实到{facts['quorum'].get('present', 0)}家，符合议事人数。现将议定事项纪要如下。"
    )
    body: list[Block] = [Para(opening)]
    for one in facts["decisions"]:
        body.append(Heading(f"{one['kind']}：{one['title']}"))
        body.append(Para(_said(one)))
        for condition in one["conditions"]:
            tail = f"，{condition['due_on']}前办到" if condition["due_on"] else ""
            body.append(Para(f"附带条件：{condition['text']}{tail}。"))
        if one["actions"]:
            rows = tuple((a["text"], a["unit"], a["due_on"]) for a in one["actions"])
            body.append(Table(("交办事项", "承办单位", "办结期限"), rows, (56, 24, 20)))
    if not facts["decisions"]:
        body.append(Para("本次会议没有议定事项。"))
    if facts["carried"]:
        body.append(Para(f"其余{facts['carried']}项议题未及研究，转下次会议。"))
    closing = words.get("closing", "").strip() or (
        f"会议要求，各承办单位按期办结并报送凭据，{facts['bureau']}逐件核对销号，逾期的按规定通报。"
    )
    body.append(Para(closing))
    rolls = [Roll("出席", tuple(facts["present"]))]
    if facts["leave"]:
        rolls.append(Roll("请假", tuple(facts["leave"])))
    if facts["observers"]:
        rolls.append(Roll("列席", tuple(facts["observers"])))
    return Paper(
        title=facts["title"].removesuffix("会议") + "会议纪要", body=tuple(body),
        signer=facts["issuer"], dated=dated, form=Form.MINUTES, issuer=MARK, number=number,
        rolls=tuple(rolls), printer=facts["issuer"], sealed=False,
    )  # fmt: skip


def _said(one: Mapping[str, Any]) -> str:
    unit = f"会议听取了{one['unit']}的汇报。" if one["unit"] else ""
    text = one["text"].strip()
    if text and text[-1] not in "。！？；":
        text += "。"
    return f"{unit}会议决定：{one['result']}。{text}"


def minutes_of(document: Document) -> Paper:
    """公文 → 纪要。"""
    return minutes_paper(document.facts, document.words, document.number, document.dated)
