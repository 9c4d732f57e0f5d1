"""到位资金(全部看得见的项目):凭证清单、待核验队列、重合的核对。"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET, require_http_methods

from juyuan.foundation.figures.queries import compute
from juyuan.foundation.people.models import Role
from juyuan.foundation.personal import queries as saved
from juyuan.foundation.ui import querystring
from juyuan.foundation.ui.context import money_unit
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.ui.filters import Filter, FilterBar
from juyuan.foundation.ui.keyset import clamp_limit
from juyuan.foundation.ui.render import pill
from juyuan.foundation.ui.tables import Column, Table
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, Stale, require
from juyuan.rooms.pipeline.actions.voucher_cases import may_settle, settle_case
from juyuan.rooms.pipeline.forms.vouchers import CaseForm
from juyuan.rooms.pipeline.models import VoucherCase
from juyuan.rooms.pipeline.queries import listing, paid_in
from juyuan.rooms.pipeline.queries import vouchers as read
from juyuan.rooms.pipeline.queries.vouchers import VoucherLine
from juyuan.rooms.pipeline.rules.clashes import Clash, clash_of
from juyuan.rooms.pipeline.rules.vouchers import VoucherCaseState, VoucherState
from juyuan.rooms.pipeline.views.common import actor_of, may_browse
from juyuan.rooms.pipeline.views.confirming import BOTH, confirm, stale_page
from juyuan.rooms.pipeline.views.library import only_facts
from juyuan.rooms.pipeline.views.paying import PILLS

CASES = "待核对的重合"


def state_cell(row: VoucherLine) -> SafeString:
    """状态,带谁在哪天核验、为何。"""
    said = f"{row.checked_by} {row.checked_on}" if row.checked_on else ""
    more = "；".join(part for part in (said, row.reason) if part)
    found = pill(PILLS[row.state], row.state.label)
    return format_html('{}<small class="jy-2nd">{}</small>', found, more) if more else found


def number_cell(row: VoucherLine) -> SafeString:
    """凭证号与文件。"""
    links = format_html_join("、", '<a href="{}">{}</a>', ((url, name) for name, url in row.files))
    lead = mark_safe('<span class="jy-tag">冲回</span> ') if row.sign < 0 else ""
    tail = links or ("没有文件" if row.number else "")
    return format_html('{}{}<small class="jy-2nd">{}</small>', lead, row.number, tail)


def columns(unit: str, *, whole: bool, host: bool) -> tuple[Column, ...]:
    """清单的列;查阅的人没有凭证号、付款人;按落点筛时多一列该地份额。"""
    found = [
        Column("project_name", "项目", second=lambda r: r.project_code, fixed=True, clip=True,
               phone="full", href=lambda r: reverse("pipeline:detail", args=[r.project_code])),
        Column("kind_label", "种类", second=lambda r: "财政资金" if r.fiscal else r.origin or "—",
               css="jy-nowrap", phone="two"),
        Column("paid_on", "到账日", kind="date", css="jy-nowrap", phone="two", sort="paid_on"),
        Column("checked_on", "认定日", kind="date", css="jy-nowrap", phone="skip",
               sort="checked_on"),
        Column("amount", "到账金额", kind="money", sort="amount"),
        Column("recognised", "可认可", kind="money", sort="recognised"),
    ]  # fmt: skip
    if host:
        found.append(Column("share", "其中本地", kind="money"))
    if whole:
        found += [
            Column("payer", "谁的钱", css="jy-clip", clip=True, phone="wide"),
            Column("number", "凭证号与文件", cell=number_cell, phone="wide"),
        ]
    found.append(Column("state", "核验", cell=state_cell, phone="signal"))
    return tuple(found)


def act_cell(actor: Actor) -> Any:
    """行末:核验人一步到核验。"""

    def cell(row: VoucherLine) -> SafeString | str:
        pending = row.state == VoucherState.WAITING or (
            row.sign < 0 and row.state == VoucherState.REVERSING
        )
        if not pending:
            return ""
        url = reverse("pipeline:voucher_check", args=[row.project_code, row.id])
        return format_html(
            '<a class="btn btn-sm btn-act" href="{}?from=queue">核验<span class="visually-hidden">：{} {}</span></a>',
            url, row.project_name, row.number,
        )  # fmt: skip

    return cell if actor.has(Role.VERIFIER) else None


def sums_of(tally: paid_in.Tally, *, host: bool) -> dict[str, int]:
    """合计行。按落点筛时,合计就是该地份额。"""
    if host:
        return {"share": tally.recognised}
    return {"amount": tally.amount, "recognised": tally.recognised}


@require_GET
def vouchers(request: HttpRequest) -> HttpResponse:
    """凭证清单:条件全在网址里;合计分已认可与待核验。"""
    actor, today, unit = actor_of(request), clock.today(), money_unit(request)
    require(may_browse(actor))
    kept = saved.strip(request, "pipeline:paid_in")
    if isinstance(kept, str):
        return HttpResponseRedirect(kept)
    found = paid_in.read(request.GET)
    page = paid_in.listing(
        actor, found, today, sort=request.GET.get("sort", ""), cursor=request.GET.get("cursor", ""),
        limit=clamp_limit(request.GET.get("limit", paid_in.PAGE), paid_in.PAGE),
    )  # fmt: skip
    host = bool(found.projects.host_unit)
    whole = not only_facts(request)
    lines = []
    if page.accepted.n or not page.waiting.n:
        lines.append((f"已认可 {page.accepted.n:,} 笔", sums_of(page.accepted, host=host)))
    if page.waiting.n:
        lines.append((f"待核验 {page.waiting.n:,} 笔", sums_of(page.waiting, host=host)))
    table = Table(
        columns=columns(unit, whole=whole, host=host),
        rows=page.rows,
        params=request.GET,
        sort=request.GET.get("sort", ""),
        money_unit=unit,
        today=today,
        sums=lines if page.rows else (),
        row_key="id",
        row_label="project_name",
        css="jy-tbl--lib",
        empty="没有符合条件的凭证。凭证在项目页的「到位资金」登记，或从「导入台账」导入。",
        act=act_cell(actor),
    )
    context = {
        "page_title": "到位资金",
        "listing": page,
        "table": table,
        "found": found,
        "tabs": _tabs(request, actor, found, whole=whole),
        "filters": _filters(request, whole=whole),
        "saved": kept,
        "chips": _chips(found, today),
        "figures": _figures(actor, found, today),
        "cases_url": reverse("pipeline:voucher_cases") if may_settle(actor) else "",
        "cases": read.cases(actor).filter(state=VoucherCaseState.OPEN).count()
        if may_settle(actor)
        else 0,
        "export_url": reverse("exchange:export", args=["vouchers"])
        + querystring.replace(request.GET, cursor=None, limit=None)
        if page.rows
        else "",
    }
    return render(request, "pipeline/paid_in.html", context)


def _tabs(
    request: HttpRequest, actor: Actor, found: paid_in.VoucherCriteria, *, whole: bool
) -> list[dict[str, Any]]:
    wanted = [("", "全部"), ("queue", "等核验"), ("accepted", "已认可"), ("returned", "已退回"),
              ("reversed", "已冲回")] if whole else [("", "已认可的")]  # fmt: skip
    waiting = paid_in.waiting_count(actor, clock.today()) if whole else 0
    return [
        {
            "label": label,
            "url": querystring.replace(request.GET, state=state or None, period=None)
            or request.path,
            "current": found.state == state and not found.period,
            "count": waiting if state == "queue" else None,
        }
        for state, label in wanted
    ]


def _filters(request: HttpRequest, *, whole: bool) -> FilterBar:
    options = listing.options()
    undecided = ("none", "未定")
    today = clock.today()
    return FilterBar(
        filters=(
            Filter("period", "归期", tuple(paid_in.PERIODS.items())),
            Filter("kind", "种类", tuple(read.kind_labels(today).items())),
            Filter("host_unit", "落点", (*options.counties, undecided)),
            Filter("chain", "产业链", (*options.chains, undecided)),
            Filter("lead_unit", "首谈单位", (*options.leads, undecided)),
            Filter("as_of", "截至日期", type="date"),
        ),
        params=request.GET,
        search_name="q",
        search_label="项目、编号、凭证号、付款人" if whole else "项目、编号",
    )


def _chips(found: paid_in.VoucherCriteria, today: Any) -> list[str]:
    said = []
    if found.as_of is not None:
        said.append(f"截至 {found.as_of.isoformat()} 终了时的样子")
    if found.period:
        by = paid_in.count_by(found.as_of or today)
        said.append(f"{paid_in.PERIODS[found.period]}计数的各笔，按{by.label}归期")
    if found.project:
        said.append(f"只看项目 {found.project}")
    if found.projects.mine:
        said.append("只看本单位的")
    return said


def _figures(actor: Actor, found: paid_in.VoucherCriteria, today: Any) -> list[dict[str, Any]]:
    """页头四个数:本月、本年、累计、待核验(看得见的范围)。"""
    names = ("paid_in_month", "paid_in_year", "paid_in_total", "paid_in_pending")
    return [
        {"label": r.label, "money": r.value, "url": r.rows_url, "tick": None, "unit": ""}
        for r in compute(as_of=found.as_of, actor=actor, names=names)
    ]


@require_GET
def cases(request: HttpRequest) -> HttpResponse:
    """与看不见的项目重合的各件(凭证、文件、同名):等核对的与核对过的。"""
    actor = actor_of(request)
    require(may_browse(actor))
    require(may_settle(actor))
    rows = [
        {
            "row": row,
            "clash": clash,
            "said": clash.said(VoucherCaseState(row.state)),
            "typed": row.typed.get("project_name") or row.typed.get("evidence")
            or row.typed.get("number") or "",
        }
        for row in read.cases(actor)[:200]
        for clash in [_clash(row)]
    ]  # fmt: skip
    return render(request, "pipeline/voucher_cases.html", {"page_title": CASES, "rows": rows})


def _clash(case: VoucherCase) -> Clash:
    return clash_of(case.kind, case.typed)


@require_http_methods(BOTH)
def settle(request: HttpRequest, case_id: int) -> HttpResponse:
    """核对一件重合:两边并排看。"""
    actor, now = actor_of(request), clock.now()
    require(may_browse(actor))
    require(may_settle(actor))
    case = read.case_door(actor, case_id)
    clash = _clash(case)
    form = CaseForm(request.POST if request.method == "POST" else None, clash=clash)
    home = reverse("pipeline:voucher_cases")
    if form.is_bound and form.is_valid():
        try:
            settle_case(
                actor=actor, case=case, same=form.cleaned_data["same"] == "1",
                reason=form.cleaned_data["reason"], now=now,
            )  # fmt: skip
        except RuleBroken as broken:
            add_findings(form, broken.findings)
        except Stale as stale:
            return stale_page(request, stale, case.project)
        else:
            messages.success(request, "已核对，申报单位看得到结果")
            return HttpResponseRedirect(home)
    held = [
        line
        for line in read.project_lines(case.held, now.date())
        if read.fold_number(line.number) == case.value or case.kind == "file"
    ]
    return confirm(
        request, case.project, form,
        title=f"核对{clash.title}", what=f"{clash.title}：{case.project.name}",
        consequences=list(clash.consequences),
        submit="提交核对结论", template="pipeline/voucher_case.html",
        case=case, clash=clash, held=held, typed_amount=case.typed.get("amount"), cancel_url=home,
        crumbs=[{"label": "到位资金", "url": reverse("pipeline:paid_in")},
                {"label": CASES, "url": home}, {"label": "核对"}],
    )  # fmt: skip
