"""`{% load jy %}`:金额、日期、条款、信号、字段、分页的标签与过滤器。清单见 ui/README.md。"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from django.forms import BoundField
from django.http import QueryDict
from django.templatetags.static import static
from django.utils.safestring import SafeString

from juyuan.foundation.ui import formats, querystring, render
from juyuan.foundation.ui.context import identity
from juyuan.foundation.ui.fields import error_lines, field_context
from juyuan.foundation.ui.keyset import Page

register = template.Library()
_versions: dict[str, str] = {}


@register.filter
def money(yuan: Any, unit: str = formats.DEFAULT_UNIT) -> str:
    """{{ x|money:money_unit }}:只出数字。"""
    return formats.amount(yuan, unit or formats.DEFAULT_UNIT)


@register.filter
def wan(yuan: Any) -> str:
    return formats.amount(yuan, "wan")


@register.filter
def yi(yuan: Any) -> str:
    return formats.amount(yuan, "yi")


@register.filter
def bp(value: Any, places: int = 2) -> str:
    """{{ 8000|bp }} → 80.00%;{{ 8820|bp:1 }} → 88.2%。"""
    return formats.percent(value, places)


@register.filter
def num(value: Any, places: int = 0) -> str:
    return formats.number(value, places)


@register.filter
def day(value: Any, today: Any = None) -> str:
    """{{ d|day }} → 2026-11-20;{{ d|day:today }} → 同年写 11-20。"""
    return formats.day(value, today)


@register.filter
def moment(value: Any, today: Any = None) -> str:
    """{{ t|moment:today }} → 11-16 15:22。"""
    return formats.moment(value, today)


@register.filter
def weekday(value: Any) -> str:
    return formats.weekday(value)


@register.filter
def due(left: Any) -> str:
    """{{ 剩余工作日数|due }} → 还有 2 个工作日 · 今天 · 逾期 3 个工作日。"""
    return formats.due_text(left)


@register.simple_tag(takes_context=True)
def remaining(context: template.Context, on: Any) -> str:
    """{% remaining 日期 %} → 还有 3 个工作日 · 今天到期 · 逾期 3 个工作日;没有日期则为空。"""
    if on is None or on == "":
        return ""
    from juyuan.foundation.workdays.queries import calendar
    from juyuan.kernel.workdays import remaining_text

    kept = context.render_context
    if "workdays" not in kept:
        kept["workdays"] = calendar()  # 一页取一次
    today = context["today"]
    return remaining_text(on, today() if callable(today) else today, kept["workdays"])


@register.filter
def due_days(left: Any) -> str:
    """{{ 剩余自然日数|due_days }} → 还有 55 天。"""
    return formats.due_text(left, "day")


@register.filter
def due_level(left: Any) -> str:
    return formats.due_level(left)


@register.filter
def filesize(count: Any) -> str:
    return formats.size(count)


@register.filter
def dash(value: Any) -> Any:
    """空值写「—」。"""
    return formats.MISSING if value is None or value == "" else value


@register.simple_tag(takes_context=True)
def amount(context: template.Context, yuan: Any, unit: str = "") -> SafeString:
    """{% amount x %}:数字连单位,按记住的万元/亿元。"""
    return render.money(yuan, unit or context.get("money_unit") or formats.DEFAULT_UNIT)


@register.simple_tag
def clause(code: Any) -> SafeString:
    return render.clause(code)


@register.simple_tag
def suggested(text: Any = "") -> SafeString:
    return render.suggested(str(text or ""), identity().confirmer)


@register.simple_tag
def bureau() -> str:
    """{% bureau %}:本市对市级商务主管部门的称呼(城市包)。"""
    return identity().bureau


@register.simple_tag
def badge(kind: str, value: Any, suffix: str = "") -> SafeString:
    """{% badge 'stage' value %}:登记过的任何一类词汇。"""
    return render.badge(kind, value, suffix)


@register.simple_tag
def stage(value: Any, suffix: str = "") -> SafeString:
    return render.badge("stage", value, suffix)


@register.simple_tag
def standing(value: Any) -> SafeString:
    return render.badge("standing", value)


@register.simple_tag
def light(value: Any, label: str = "") -> SafeString:
    return render.light(value, label)


@register.simple_tag
def pill(value: Any, label: str = "") -> SafeString:
    return render.pill(value, label)


@register.simple_tag
def tag(label: Any, kind: str = "", icon: str = "") -> SafeString:
    return render.tag(label, kind, icon)


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    return render.icon(name, label, css)


@register.simple_tag
def bar(
    value: Any,
    total: Any,
    kind: str = "b1",
    pending: Any = None,
    tick: Any = None,
    label: str = "",
    height: int = 8,
) -> SafeString:
    return render.bar(value, total, kind, pending=pending, tick=tick, label=label, height=height)


@register.simple_tag(takes_context=True)
def qs(context: template.Context, **changes: Any) -> str:
    """{% qs sort='-total' stage=None %}:换掉几个参数,其余照旧,翻页位置作废。"""
    request = context.get("request")
    return querystring.replace(request.GET if request else QueryDict(), **changes)


@register.inclusion_tag("ui/components/pager.html", takes_context=True)
def pager(
    context: template.Context, page: Page[Any], note: str = "", label: str = "翻页"
) -> dict[str, Any]:
    """{% pager page %}:键集分页的上一页/下一页。"""
    request = context.get("request")
    params = request.GET if request else QueryDict()
    return {
        "page": page,
        "note": note,
        "label": label,
        "prev_url": _turn(params, page, page.prev),
        "next_url": _turn(params, page, page.next),
    }


def _turn(params: QueryDict, page: Page[Any], cursor: str) -> str:
    change: dict[str, Any] = {page.param: cursor}
    return querystring.replace(params, **change) if cursor else ""


@register.inclusion_tag("ui/components/field.html", takes_context=True)
def field(context: template.Context, bound: BoundField, **options: Any) -> dict[str, Any]:
    """{% field form.name mark='必填' hint='' unit='' wide=True clause='' suggested='' %}。"""
    return field_context(bound, **options)


@register.inclusion_tag("ui/components/error_summary.html")
def error_summary(form: Any) -> dict[str, Any]:
    """{% error_summary form %}:错误汇总,逐条链到字段;没有错误不显示。"""
    return {"lines": error_lines(form) if form.is_bound else []}


@register.simple_tag
def asset(path: str) -> str:
    """自有静态文件的地址,带内容指纹(改了就换,不改就一直缓存)。"""
    version = _versions.get(path)
    if version is None:
        found = finders.find(path)
        if found:
            with open(found, "rb") as handle:
                version = sha256(handle.read()).hexdigest()[:10]
        else:
            version = "0"
        _versions[path] = version
    return f"{static(path)}?v={version}"
