"""工作台:今天要办什么、我的项目下一步差什么、最近发生了什么。三员另有一页,不见业务。"""

from __future__ import annotations

import calendar as month_lengths
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from juyuan.faces.web import admin_home, due, leading, standing
from juyuan.foundation.exchange.models import BatchState
from juyuan.foundation.exchange.queries import open_case_count, visible_batches
from juyuan.foundation.people.models import ADMIN_ROLES
from juyuan.foundation.policy import duty as parameters
from juyuan.foundation.policy.queries import params
from juyuan.foundation.ui import months
from juyuan.foundation.workdays import clock
from juyuan.foundation.workdays.queries import calendar
from juyuan.kernel.actor import Actor
from juyuan.kernel.workdays import Calendar, remaining_text
from juyuan.rooms.investors.queries.detail import case_count
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.facts import supplier_of
from juyuan.rooms.pipeline.queries import desk, listing
from juyuan.rooms.pipeline.queries.scope import Reach, reach_of
from juyuan.rooms.pipeline.rules.gates import Need
from juyuan.rooms.pipeline.rules.stages import VERIFIED_STAGES
from juyuan.rooms.pipeline.views.library import only_facts, strip

NOTES = 4
UNSETTLED = (BatchState.PREVIEW, BatchState.COMMITTED)


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """工作台。"""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    today = clock.today()
    if actor.has_any(*ADMIN_ROLES):
        desk_of = admin_home.home(actor, clock.now(), today)
        return render(
            request, "web/workbench_admin.html", {"page_title": "工作台", "desk": desk_of}
        )
    if not actor.posts:
        return render(request, "web/workbench_none.html", {"page_title": "工作台"})
    reach = reach_of(actor)
    days = calendar()
    if leading.leads(actor):
        return _leader(request, actor, reach, today, days)
    libraries = listing.library_strip(actor, reach=reach)
    followed, own = desk.followed(actor, reach, today)
    facts_only = only_facts(request)
    names = Names.load()
    may_register = bool(access.can_register(actor))
    import_url = _url("exchange:new") or _url("exchange:batches")
    context = {
        "page_title": "工作台",
        "items": strip(libraries, QueryDict()),
        "groups": todo(actor, reach, today, days),
        "followed": followed,
        "followed_rows": [_next(row, names) for row in followed.rows],
        "own": own,
        "followed_url": reverse("pipeline:list") + ("?mine=1" if own else ""),
        "month": month(actor, reach, today, days),
        "feed": desk.recent(actor, reach),
        "line": date_line(today, days),
        "may_register": may_register,
        "import_url": import_url if may_register else "",
        "facts_only": facts_only,
        "sees_units": standing.sees_units(actor),
        "is_empty": not any(library.tally.n for library in libraries),
    }
    return render(request, "web/workbench.html", context)


def _leader(
    request: HttpRequest, actor: Actor, reach: Reach, today: date, days: Calendar
) -> HttpResponse:
    """总召集人、分管副市长、召集人的工作台。"""
    context = {
        "page_title": "工作台",
        "month": month(actor, reach, today, days),
        "feed": desk.recent(actor, reach),
        "sees_units": standing.sees_units(actor),
        "council_url": _url("council:index"),
        **leading.desk(actor, today, days),
    }
    return render(request, "web/workbench_leader.html", context)


def _url(name: str) -> str:
    """还没有接通的屏不出链接。"""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def todo(actor: Actor, reach: Reach, today: date, days: Calendar) -> list[dict[str, Any]]:
    """等我办的:有期限的在前,其余按种类分组。每件一个去处。"""
    timed = due.groups(actor, today, days)
    return timed + due.without(_untimed(actor, reach, today), timed)


def _untimed(actor: Actor, reach: Reach, today: date) -> list[dict[str, Any]]:
    """还没有期限的,按种类分组。"""
    groups = []
    waiting = desk.to_recognise(actor, reach, today)
    if waiting.total:
        groups.append(
            _group("等我认定", waiting, today, "recognise", "?stage_status=claimed&lack=no")
        )
    settling = desk.voids_to_settle(actor, reach)
    if settling:
        groups.append(
            {
                "label": "等我确认作废",
                "note": f"{len(settling)} 件，提出人不能自己确认",
                "items": [
                    {
                        "date": row.requested_at,
                        "due": row.requested_by_name,
                        "act": "确认作废",
                        "text": f"证据「{row.evidence.title}」" if row.evidence else "整个项目",
                        "note": f"{row.project.name}·理由：{row.reason}",
                        "clause": "3.3b",
                        "url": reverse("pipeline:settle_void", args=[row.pk]),
                        "button": "去确认",
                    }
                    for row in settling
                ],
            }
        )
    groups += _parameters(actor)
    groups += _cases(actor, today)
    moving = desk.ready_to_move(actor, reach, today)
    if moving.total:
        groups.append(_group("门槛已齐，可以前移", moving, today, "move", "?mine=1&lack=no"))
    groups += _claims(actor, reach, today)
    return groups


def _parameters(actor: Actor) -> list[dict[str, Any]]:
    """别人提议、等我确认的参数。"""
    rows = parameters.waiting_for(actor)
    if not rows:
        return []
    named = parameters.present(actor, [row.pk for row in rows])
    return [
        {
            "label": "等我确认的参数",
            "note": f"{len(rows)} 件，提议人不能自己确认",
            "items": [
                {
                    "date": row.proposed_at,
                    "due": row.proposed_by,
                    "act": "确认参数",
                    "text": named[row.pk][0],
                    "note": f"自 {row.effective_from} 起·理由：{row.reason}",
                    "clause": "",
                    "url": named[row.pk][1],
                    "button": "看影响",
                }
                for row in rows
                if row.pk in named
            ],
        }
    ]


def _claims(actor: Actor, reach: Reach, today: date) -> list[dict[str, Any]]:
    """台账带进来的还没有凭据:先做这一件。"""
    count, own = desk.ledger_claims(actor, reach)
    if not count:
        return []
    query = "?source=ledger&stage_status=claimed" + ("&mine=1" if own else "")
    return [
        {
            "label": "台账申报的，等凭据",
            "note": "核实之前不计入已认定",
            "items": [
                {
                    "date": today,
                    "due": "待核实",
                    "act": "补齐凭据",
                    "text": f"{'本单位' if own else '全市'} {count:,} 个项目是台账带进来的",
                    "note": "逐个打开清单，缺什么、谁提供、去哪办都写在上面",
                    "clause": "3.3b",
                    "url": reverse("pipeline:list") + query,
                    "button": "逐个核实",
                }
            ],
        }
    ]


def _cases(actor: Actor, today: date) -> list[dict[str, Any]]:
    """商务主管部门:撞上看不见的、导入存疑的,要有人核对。"""
    found = []
    if access.is_bureau(actor):
        investors, url = case_count(), _url("investors:cases")
        if investors and url:
            found.append(
                {
                    "date": today, "due": "待核对", "act": "核对投资方",
                    "text": f"{investors} 件登记撞上了申报单位看不见的投资方",
                    "note": "两边都只有商务主管部门看得见", "clause": "3.1b", "url": url,
                    "button": "去核对",
                }
            )  # fmt: skip
    rows, url = open_case_count(actor), _url("exchange:cases")
    if rows and url:
        found.append(
            {
                "date": today, "due": "待核对", "act": "核对导入存疑行",
                "text": f"{rows} 行与提交人看不见的项目重合", "note": "", "clause": "3.3b",
                "url": url, "button": "去核对",
            }
        )  # fmt: skip
    found += _batches(actor)
    if not found:
        return []
    return [{"label": "等我核对", "note": f"{len(found)} 类", "items": found}]


def _batches(actor: Actor) -> list[dict[str, Any]]:
    """我导入的批次里还没了结的行(存疑的要人定,退回的要改)。"""
    rows = (
        visible_batches(actor)
        .filter(account_id=actor.account_id, state__in=UNSETTLED)
        .annotate(
            doubtful=Count("rows", filter=Q(rows__verdict="doubtful", rows__done=False)),
            refused=Count("rows", filter=Q(rows__verdict="refused", rows__done=False)),
        )
        .filter(Q(doubtful__gt=0) | Q(refused__gt=0))
        .order_by("-opened_at")[:3]
    )
    return [
        {
            "date": row.opened_at,
            "due": row.get_state_display(),
            "act": "了结导入",
            "text": row.file_name,
            "note": f"存疑 {row.doubtful} 行，退回 {row.refused} 行",
            "clause": "3.3b",
            "url": reverse("exchange:batch", args=[row.pk]),
            "button": "去处理",
        }
        for row in rows
    ]


def _group(label: str, waiting: desk.Waiting, today: date, kind: str, query: str) -> dict[str, Any]:
    more = waiting.total - len(waiting.rows)
    return {
        "label": label,
        "note": f"{waiting.total} 件",
        "items": [_item(row, kind) for row in waiting.rows],
        "more": f"其余 {more} 件" if more else "",
        "more_url": reverse("pipeline:list") + query if more else "",
    }


def _item(row: listing.Row, kind: str) -> dict[str, Any]:
    target = row.lack.target
    common = {
        "date": row.since,
        "due": f"已 {row.days} 天" if row.days else "今天",
        "text": row.name,
        "clause": "3.3b",
        "note": "·".join(part for part in (row.investor, row.lead, "、".join(row.hosts)) if part),
    }
    if kind == "recognise":
        stage = row.stage
        verb = "认定" if stage in VERIFIED_STAGES else "核实"
        return common | {
            "act": f"{verb}{stage.label}",
            "url": reverse("pipeline:recognise", args=[row.code, stage.value]),
            "button": verb,
        }
    label = target.label if target else ""
    to = target.value if target else ""
    return common | {
        "act": f"前移到{label}",
        "url": reverse("pipeline:move", args=[row.code]) + f"?to={to}",
        "button": "前移",
    }


@dataclass(frozen=True)
class Names:
    """职能 → 单位名称。"""

    of: dict[str, str]

    @classmethod
    def load(cls) -> Names:
        return cls(desk.supplier_names())

    def supplier(self, need: Need, row: listing.Row) -> str:
        if need.supplier == "lead":
            return row.lead or "首谈单位"
        if need.supplier == "host":
            return "、".join(row.hosts) or row.lead or "承载地"
        return self.of.get("commerce" if need.supplier == "bureau" else need.supplier, "")


def _next(row: listing.Row, names: Names) -> dict[str, Any]:
    """一行:下一步差什么、谁提供、去哪办。"""
    need = row.lack.needs[0] if row.lack.needs else None
    code = row.code
    detail = reverse("pipeline:detail", args=[code])
    if need is None:
        return {"row": row, "url": detail, "need": None, "act_url": detail, "act": "查看"}
    room = supplier_of(need.fact, row.lack.here)
    if room is not None:
        act_url, act = room.url_of(code), room.label
    elif need.act == "evidence":
        act_url = f"{reverse('pipeline:evidence', args=[code])}?fact={need.fact}"
        act = "上传证据"
    else:
        act_url, act = f"{detail}#gate", "去填写"
    return {
        "row": row,
        "url": detail,
        "need": need,
        "supplier": names.supplier(need, row),
        "act_url": act_url,
        "act": act,
    }


def date_line(today: date, days: Calendar) -> dict[str, Any]:
    """今天,与下一个报备日还有几个工作日。"""
    due = next_on(today, params(today)["first_contact.report_day"])
    return {"due": due, "text": remaining_text(due, today, days)}


def next_on(today: date, day: int) -> date:
    """本月的某日,过了就是下月的(不足此日的月份取月末)。"""
    year, month_no = today.year, today.month
    while True:
        last = month_lengths.monthrange(year, month_no)[1]
        found = date(year, month_no, min(day, last))
        if found >= today:
            return found
        year, month_no = (year + 1, 1) if month_no == 12 else (year, month_no + 1)


def month(actor: Actor, reach: Reach, today: date, days: Calendar) -> months.Month:
    """本月:报备日、锁账日、承诺开工的日子。"""
    book = params(today)
    last = month_lengths.monthrange(today.year, today.month)[1]
    first_day, last_day = today.replace(day=1), today.replace(day=last)
    marks: list[months.Mark] = []
    notes: list[months.Note] = []
    for key, text in (
        ("first_contact.report_day", "首谈单位月度报备截止"),
        ("update.close_day", "五库月度更新锁账"),
    ):
        row = book.row(key)
        on = next_on(today, row.python)
        notes.append(months.Note(on, text, row.clause, row.suggested))
        if first_day <= on <= last_day:
            marks.append(months.Mark(on, text, reverse("pipeline:list"), "key"))
    for on, code, name in desk.promised_starts(actor, reach, first_day, last_day):
        url = reverse("pipeline:detail", args=[code])
        late = on < today
        marks.append(months.Mark(on, f"{name}承诺开工", url, "late" if late else ""))
        notes.append(months.Note(on, f"{name} 承诺开工{',还没有开工' if late else ''}"))
    upcoming = sorted(notes, key=lambda note: note.date)[:NOTES]
    off = [
        first_day.replace(day=number)
        for number in range(1, last + 1)
        if not days.is_workday(first_day.replace(day=number))
    ]
    return months.build(
        today.year, today.month, today=today, marks=marks, off_days=set(off), notes=upcoming
    )
