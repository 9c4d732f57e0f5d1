"""月度更新:一个单位一期的表、各单位总览、数字背后的行。"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_http_methods

from juyuan.foundation.people.models import Unit
from juyuan.foundation.people.queries import unit_by_code
from juyuan.foundation.personal import queries as saved
from juyuan.foundation.personal.actions.drafts import save_draft
from juyuan.foundation.personal.autosave import autosave_of, autosaved
from juyuan.foundation.ui import querystring
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.period import add_months
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.monthly import submit_updates
from juyuan.rooms.pipeline.forms.monthly import RowForm, blank, read, restored
from juyuan.rooms.pipeline.queries import lights
from juyuan.rooms.pipeline.queries import monthly as queries
from juyuan.rooms.pipeline.queries.figures import View
from juyuan.rooms.pipeline.queries.monthly import Sheet
from juyuan.rooms.pipeline.queries.periods import Periods, closes, read_month
from juyuan.rooms.pipeline.queries.scope import Reach, reach_of
from juyuan.rooms.pipeline.queries.tally import STATES, Where, tally_lines
from juyuan.rooms.pipeline.rules.monthly import NoChange, Period, UpdateState
from juyuan.rooms.pipeline.views.common import actor_of
from juyuan.rooms.pipeline.views.confirming import BOTH

URL = "pipeline:monthly"
LIGHTS = {
    UpdateState.ON_TIME: "ok", UpdateState.LATE: "warn", UpdateState.MISSING: "bad",
    UpdateState.WAITING: "idle",
}  # fmt: skip
STATE_LABELS = {
    "due": "应报", "on_time": "按时", "late": "迟报", "missing": "未报", "empty": "无实质进展",
}  # fmt: skip
CHOICES = 14
MOST_ROWS = 2000


@dataclass(frozen=True)
class Asked:
    """网址里问的:哪一期、哪个单位、截至哪天、哪种状态。"""

    actor: Actor
    reach: Reach
    periods: Periods
    period: Period
    now: datetime
    today: date
    unit: Unit | None
    state: str = "due"
    as_of: date | None = None

    def url(self, **more: str) -> str:
        """本页换几个参数。"""
        given = {
            "unit": self.unit.code if self.unit else "",
            "period": self.period.key,
            "state": self.state if self.state != "due" else "",
            "as_of": self.as_of.isoformat() if self.as_of else "",
        } | more
        return f"{reverse(URL)}?{urlencode({k: v for k, v in given.items() if v})}"


def asked(request: HttpRequest) -> Asked:
    """读网址。

    Raises:
        Denied: 没有要看的表,或不是本单位的。
        NotFound: 没有这个单位、这一期还没有开始。
    """
    actor, now = actor_of(request), clock.now()
    reach, today = reach_of(actor), clock.today()
    queries.require_browser(actor, reach)
    data = request.POST if request.method == "POST" else request.GET
    periods = Periods()
    month = read_month(data.get("period", ""))
    current = periods.of(today)
    working = periods.working(today, closes([current.month, add_months(current.month, -1)]))
    period = periods.at(month) if month else working
    if period.first > today:
        raise NotFound
    code = data.get("unit", "").strip()[:60].replace("\x00", "")
    unit = unit_by_code(code) if code else None
    if code and unit is None:
        raise NotFound
    if unit is not None and not queries.may_open(actor, unit, reach):
        raise Denied("只能看本单位和下级单位的月度更新", "3.3b")
    state = data.get("state", "")
    return Asked(
        actor, reach, periods, period, now, today, unit,
        state if state in STATES else "due", _day(data.get("as_of", "")),
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return found if 2000 <= found.year < 2200 else None


def own_unit(found: Asked, units: list[Unit]) -> Unit | None:
    """没说单位时看哪张:统管的人看总览;只有一张表的直接打开;几张的取所任职的单位。"""
    if queries.sees_every_unit(found.reach):
        return None
    post = found.actor.post
    mine = [u for u in units if post is not None and u.pk == post.unit_id]
    if mine:
        return mine[0]
    if len(units) == 1:
        return units[0]
    if not units and post is not None:
        return Unit.objects.filter(pk=post.unit_id).first()
    return None


@require_http_methods(BOTH)
@autosaved("pipeline.monthly_sheet")
def monthly(request: HttpRequest) -> HttpResponse:
    """月度更新:有单位就是那张表,统管的人没指明单位就是总览。"""
    found = asked(request)
    kept = _views(request)
    if isinstance(kept, str) and request.method != "POST":
        return HttpResponseRedirect(kept)
    units = list(queries.units_with_sheets(found.actor, found.reach))
    if found.unit is None and request.GET.get("view") != "units":
        unit = own_unit(found, units)
        found = Asked(**{**found.__dict__, "unit": unit})
    auto = autosave_of(request)
    auto.rows_only = True
    auto.object_key = f"{found.unit.code}.{found.period.key}" if found.unit else ""
    if request.method == "POST":
        require(access.can_register(found.actor))
        return _submit(request, found, units)
    if found.unit is None:
        request.autosave = None  # type: ignore[attr-defined]
        return _overview(request, found, units, kept=kept)
    sheet = _sheet(found)
    may = bool(access.can_report_month(found.actor, sheet.unit.pk, found.reach))
    if not may or sheet.closed or found.as_of is not None:
        request.autosave = None  # type: ignore[attr-defined]  # 只看的表没有草稿
        auto.rows_only = False
    data: Mapping[str, Any] = (auto.data if auto.rows_only else None) or {}
    forms = [restored(row, data) or blank(row) for row in sheet.rows]
    return _draw(request, found, sheet, units, forms, kept=kept)


def _remember(request: HttpRequest, forms: list[RowForm], gone: set[str]) -> None:
    """交过之后:没交、被退回而填了字的各行仍在草稿里(用刚交来的字),交成的去掉。"""
    auto = autosave_of(request)
    auto.keep = True
    left = {f.row.code for f in forms if f.row.code not in gone and (f.typed or f.errors)}
    pairs = [(k, str(v)) for k, v in request.POST.items() if k.rpartition(".")[0] in left]
    with suppress(RuleBroken):  # 太大的不存,字还在眼前的表里
        if pairs and auto.on:
            save_draft(
                actor=auto.actor, form=auto.form, object_key=auto.object_key, version=None,
                pairs=pairs, now=clock.now(),
            )  # fmt: skip
            return
    auto.done()


def _views(request: HttpRequest) -> saved.Strip | str:
    """视图行;存下的视图不定死在某一期,打开总是要报的那一期。"""
    return saved.strip(request, URL, drop=("period",))


def _sheet(found: Asked) -> Sheet:
    if found.unit is None:
        raise NotFound
    return queries.sheet(
        found.actor, found.unit, found.period, periods=found.periods, now=found.now,
        state=found.state, as_of=found.as_of,
    )  # fmt: skip


def _submit(request: HttpRequest, found: Asked, units: list[Unit]) -> HttpResponse:
    """交表:点某一行的「提交」只交那一行,否则交填好的各行;退回的留在原处,填的都在。"""
    if found.unit is None:
        messages.warning(request, "请先选一个单位，再填它的表")
        return _overview(request, found, units, status=422)
    sheet = _sheet(found)
    only = request.POST.get("save", "")
    forms: list[RowForm] = []
    sent: list[RowForm] = []
    for row in sheet.rows:
        form = read(row, request.POST)
        forms.append(form or blank(row))
        if form is None or (only not in ("", "all") and only != row.code):
            continue
        if (only == row.code or form.filled) and not form.errors:
            sent.append(form)
    done = submit_updates(
        actor=found.actor, period=found.period, drafts=[f.draft for f in sent if f.draft],
        unit=found.unit, now=found.now, periods=found.periods,
    )  # fmt: skip
    by_code = {form.row.code: form for form in forms}
    for refused in done.refused:
        by_code[refused.code].add(refused.findings)
    wrong = sum(bool(form.errors) for form in forms)
    _remember(request, forms, {f.row.code for f in sent if not f.errors})
    if done.saved:
        messages.success(request, f"已收下 {len(done.saved)} 个项目的月度更新")
    if not wrong and (done.saved or done.same):
        if not done.saved:
            messages.info(request, "内容没有变，没有另成一稿")
        return HttpResponseRedirect(found.url())
    if not wrong:
        messages.warning(request, "没有填好的行：写明变化、添一件进展，或选「无变化」的原因")
    fresh = {row.code: row for row in _sheet(found).rows}
    for code, form in by_code.items():
        if not form.errors and code in fresh:
            by_code[code] = blank(fresh[code])
    return _draw(
        request, found, sheet_with(sheet, fresh), units, list(by_code.values()), status=422
    )


def sheet_with(sheet: Sheet, fresh: dict[str, Any]) -> Sheet:
    """提交之后的表(合计用新的)。"""
    return Sheet(
        sheet.unit, sheet.period, sheet.kinds, tuple(fresh.values()), sheet.closed, sheet.close
    )


def _draw(
    request: HttpRequest,
    found: Asked,
    sheet: Sheet,
    units: list[Unit],
    forms: list[RowForm],
    *,
    status: int = 200,
    kept: saved.Strip | str = "",
) -> HttpResponse:
    may = bool(access.can_report_month(found.actor, sheet.unit.pk, found.reach))
    editable = may and not sheet.closed and found.as_of is None
    lamps = lights.lamps(
        [form.row.project_id for form in forms], found.as_of or found.today,
        past=found.as_of is not None,
    )  # fmt: skip
    context = {
        "page_title": "月度更新",
        "saved": kept,
        "sheet": sheet,
        "tally": sheet.tally,
        "then": sheet.then,
        "rows": [
            _row(form, sheet, editable, lamps.get(form.row.project_id, lights.UNLIT))
            for form in forms
        ],
        "editable": editable,
        "correctable": may and sheet.closed,
        "wrong": [form for form in forms if form.errors],
        "reasons": NoChange.pairs(),
        "kinds": sheet.kinds,
        # 几百行的下拉项都一样:拼一次,没选过的行直接用
        "kind_options": _options(
            [
                *sheet.kinds.substantive.items(),
                *((code, f"{label}（不算实质）") for code, label in sheet.kinds.other.items()),
            ]
        ),
        "reason_options": _options(NoChange.pairs()),
        "day_min": sheet.period.first.isoformat(),
        "day_max": sheet.period.last.isoformat(),
        **_selectors(found, units),
        "book_url": f"{reverse('pipeline:monthly_book')}?"
        + urlencode({"unit": sheet.unit.code, "period": sheet.period.key}),
        "import_url": reverse("exchange:new") + "?kind=monthly",
    }
    return render(request, "pipeline/monthly.html", context, status=status)


def _options(pairs: Iterable[tuple[str, str]]) -> SafeString:
    return format_html_join("", '<option value="{}">{}</option>', pairs)


def _row(form: RowForm, sheet: Sheet, editable: bool, lamp: lights.Lamp) -> dict[str, Any]:
    row = form.row
    url = reverse("pipeline:detail", args=[row.code])
    return {
        "code": row.code,
        "name": row.name,
        "stage": row.stage.value,
        "url": url,
        "month_url": reverse("pipeline:project_month", args=[row.code])
        + f"?period={sheet.period.key}",
        "event_url": reverse("pipeline:progress_new", args=[row.code]),
        "chips": row.happenings,
        "fresh": row.fresh,
        "state": row.state,
        "light": LIGHTS[row.state],
        "lamp": lamp.light,
        "lamp_url": f"{url}#light",
        "revision": row.revision,
        "current": row.current,
        "empty": row.current is not None and not row.current.substantive,
        "raw": form.raw,
        "errors": form.errors,
        "more": bool(
            form.raw["problem"]
            or form.raw["next_step"]
            or {"problem", "next_step"} & set(form.errors)
        ),
        "reason": NoChange(form.raw["no_change"]).label
        if form.raw["no_change"] in set(NoChange)
        else "",
        "editable": editable,
        "restored": form.restored,
        "paused": row.standing == "paused",
    }


def _selectors(found: Asked, units: list[Unit]) -> dict[str, Any]:
    """单位、期的选择。"""
    current = found.periods.of(found.today)
    choices = found.periods.back(current, CHOICES)
    if found.period not in choices:
        choices.append(found.period)
    return {
        "found": found,
        "period": found.period,
        "unit": found.unit,
        "units": units if len(units) > 1 or queries.sees_every_unit(found.reach) else [],
        "periods": choices,
        "state_label": STATE_LABELS[found.state] if found.state != "due" else "",
        "whole_url": found.url(state="", as_of=""),
        "units_url": f"{reverse(URL)}?view=units&period={found.period.key}",
        "is_over": found.now >= found.period.deadline,
        "before": found.periods.at(add_months(found.period.month, -1)),
        "sees_all": queries.sees_every_unit(found.reach),
    }


def _overview(
    request: HttpRequest,
    found: Asked,
    units: list[Unit],
    *,
    status: int = 200,
    kept: saved.Strip | str = "",
) -> HttpResponse:
    whole = queries.overview(
        found.actor, found.period, periods=found.periods, now=found.now, as_of=found.as_of
    )
    may_close = (
        access.can_close_month(found.actor)
        and whole.close is None
        and found.now >= found.period.deadline
    )
    context = {
        "page_title": "月度更新",
        "saved": kept,
        "overview": whole,
        "lines": [
            {"line": line, "url": found.url(unit=line.unit.code), "rows": _links(found, line.unit)}
            for line in whole.lines
        ],
        "total": whole.total,
        "rows": _links(found, None),
        "close_url": reverse("pipeline:monthly_close") + f"?period={found.period.key}"
        if may_close
        else "",
        **_selectors(found, units),
    }
    return render(request, "pipeline/monthly_units.html", context, status=status)


def _links(found: Asked, unit: Unit | None) -> dict[str, str]:
    """每个数打开的行。"""
    as_of = found.as_of.isoformat() if found.as_of else ""
    return {
        state: rows_url(found.period, state, unit.code if unit else "", as_of) for state in STATES
    }


def rows_url(period: Period, state: str, unit: str = "", as_of: str = "") -> str:
    """一个数字背后的行:网址。"""
    given = {"period": period.key, "unit": unit, "state": state, "as_of": as_of}
    return f"{reverse('pipeline:monthly_rows')}?{urlencode({k: v for k, v in given.items() if v})}"


@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """一个数字背后的项目:行数等于那个数字(截至那一天,按本人看得见的)。"""
    found = asked(request)
    end = queries.just_after(found.now, found.as_of)
    units: tuple[int, ...] | None = (found.unit.pk,) if found.unit else None
    if units is None and not queries.sees_every_unit(found.reach):
        units = tuple(sorted(found.reach.own_units))
    lines = tally_lines(found.period, end, Where(View.of(found.actor), units), found.state)
    kinds = found.periods.kinds(found.period)
    shown = list(queries.rows_of(lines[:MOST_ROWS], found.period, kinds, end))
    names = dict(Unit.objects.filter(pk__in={r.unit_id for r in shown}).values_list("pk", "name"))
    seg = [
        {
            "label": STATE_LABELS[state],
            "url": querystring.replace(request.GET, state=state, period=found.period.key),
            "current": state == found.state,
        }
        for state in STATES
    ]
    context = {
        "page_title": f"月度更新·{STATE_LABELS[found.state]}",
        "found": found,
        "count": len(lines),
        "cut": len(lines) > MOST_ROWS,
        "rows": [
            {
                "row": row, "unit": names.get(row.unit_id, ""), "light": LIGHTS[row.state],
                "url": reverse("pipeline:project_month", args=[row.code])
                + f"?period={found.period.key}",
            }
            for row in shown
        ],
        "seg": seg,
        "state_label": STATE_LABELS[found.state],
        "sheet_url": found.url(state="", as_of=""),
    }  # fmt: skip
    return render(request, "pipeline/monthly_rows.html", context)
