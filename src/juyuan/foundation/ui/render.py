"""小件的 HTML:图标、信号、标签、条款、横条。模板标签与表格单元格共用,一处定样。"""

from __future__ import annotations

import re

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from juyuan.foundation.ui import formats, vocab

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LIGHT_ALIAS = {
    "green": "ok",
    "yellow": "warn",
    "amber": "warn",
    "red": "bad",
    "grey": "idle",
    "gray": "idle",
    "": "idle",
}
LIGHTS = ("ok", "warn", "bad", "idle")


def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """Tabler 图标。给了 `label` 则对读屏可见,否则是装饰。名字不合规的画问号。"""
    safe = name if _NAME.fullmatch(name or "") else "question-mark"
    classes = f"ti ti-{safe} {css}".strip()
    if label:
        return format_html('<i class="{}" role="img" aria-label="{}"></i>', classes, label)
    return format_html('<i class="{}" aria-hidden="true"></i>', classes)


def badge(kind: str, value: object, suffix: str = "") -> SafeString:
    """类别:色只在图标上,名称是墨色。"""
    found = vocab.badge(kind, value)
    mark = icon(found.icon) if found.icon else mark_safe("")
    return format_html(
        '<span class="jy-badge jy-{}">{}{}{}</span>', found.css or "c0", mark, found.label, suffix
    )


def light(value: object, label: str = "") -> SafeString:
    """信号:形状 + 词。值 ok|warn|bad|idle(green/yellow/red/grey 也认)。"""
    key = str(getattr(value, "value", value) or "")
    key = LIGHT_ALIAS.get(key, key)
    if key not in LIGHTS:
        key = "idle"
    return format_html(
        '<span class="jy-sig jy-sig--{}"><i aria-hidden="true"></i>{}</span>',
        key,
        label or vocab.badge("light", key).label,
    )


def pill(value: object, label: str = "") -> SafeString:
    """认定状态:yes 已认定 · wait 待核实 · no 不予认定;词可换,样子不换。"""
    key = str(getattr(value, "value", value) or "")
    if key not in ("yes", "wait", "no"):
        key = "wait"
    found = vocab.badge("pill", key)
    return format_html(
        '<span class="jy-ver jy-ver--{}">{}{}</span>', key, icon(found.icon), label or found.label
    )


def tag(label: object, kind: str = "", icon_name: str = "") -> SafeString:
    css = f"jy-tag jy-tag--{kind}" if kind in ("accent", "bad", "warn") else "jy-tag"
    mark = icon(icon_name) if icon_name else mark_safe("")
    return format_html('<span class="{}">{}{}</span>', css, mark, label)


def clause(code: object) -> SafeString:
    """条款:〔三(三)〕,链到条款页,悬停见原文;空代码不显示。"""
    text = str(code or "")
    if not text:
        return mark_safe("")
    found = vocab.clause_label(text)
    shown = f"〔{found.display}〕"
    if found.url:
        return format_html(
            '<a class="jy-clause" href="{}" title="{}">{}</a>', found.url, found.title, shown
        )
    return format_html('<span class="jy-clause" title="{}">{}</span>', found.title, shown)


def suggested(text: str = "", confirmer: str = "") -> SafeString:
    """建议值:虚线框。`text` 是值(如「5 个工作日」),空则只写「建议值」。"""
    shown = f"{text}·建议值" if text else "建议值"
    title = f"文件未载，建议值，待{confirmer or '主管部门'}确认"
    return format_html('<span class="jy-sug" title="{}">{}</span>', title, shown)


def money(yuan: object, unit: str = formats.DEFAULT_UNIT) -> SafeString:
    """金额连单位;没有数只写「—」。"""
    shown = formats.amount(yuan, unit)
    if shown == formats.MISSING:
        return format_html("{}", shown)
    return format_html(
        '<span class="jy-money">{}<small>{}</small></span>',
        shown,
        formats.UNIT_LABELS.get(unit, unit),
    )


def bar(
    value: float | int | None,
    total: float | int | None,
    kind: str = "b1",
    *,
    pending: float | int | None = None,
    tick: float | int | None = None,
    label: str = "",
    height: int = 8,
) -> SafeString:
    """横条(SVG 属性,不用内联样式)。`pending` 画成斜纹,接在后面,不并入前一段。"""
    whole = float(total or 0)
    css = kind if kind in ("b1", "ok", "warn", "bad") else "b1"

    def wide(part: float | int | None) -> float:
        if not part or whole <= 0:
            return 0.0
        return max(0.0, min(100.0, float(part) * 100 / whole))

    first = wide(value)
    waiting = min(wide(pending), 100.0 - first)
    role = (
        format_html('role="img" aria-label="{}"', label)
        if label
        else mark_safe('aria-hidden="true"')
    )
    size = f" jy-bar--{height}" if height in (6, 12) else ""
    # 用百分数而不用 viewBox:斜纹不随条宽变形
    parts = [
        format_html(
            '<svg class="jy-bar{}" {}><rect class="b0" width="100%" height="100%"/>'
            '<rect class="{}" width="{}%" height="100%"/>',
            size,
            role,
            css,
            _num(first),
        )
    ]
    if waiting:
        place = format_html('x="{}%" width="{}%" height="100%"', _num(first), _num(waiting))
        parts.append(format_html('<rect class="wait-bg" {}/>', place))
        parts.append(format_html('<rect fill="url(#jy-hatch)" {}/>', place))
    if tick is not None:
        parts.append(
            format_html('<rect class="tick" x="{}%" width="2" height="100%"/>', _num(wide(tick)))
        )
    parts.append(mark_safe("</svg>"))
    return mark_safe("".join(parts))  # noqa: S308 - 每一段都经 format_html


def _num(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"
