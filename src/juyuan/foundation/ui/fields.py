"""表单字段与字段的显示:金额(元)、份额(基点)、「不便透露/待定」、错误汇总、规则发现落到字段。"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.safestring import SafeString

from juyuan.kernel.money import UNITS, MoneyError, parse_money, to_wan, to_yi
from juyuan.kernel.verdict import Finding

MARKS = {"必填": "must", "下阶段必填": "next", "选填": "opt"}
UNKNOWN_CHOICES = (("", "填写数字"), ("undisclosed", "不便透露"), ("pending", "待定"))
_CLAUSE = "clause:"
_PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2}))?%?")


class MoneyInput(forms.TextInput):
    """金额输入框;单位写在框内,旁边由 money.js 即时换算(没有脚本也能提交)。"""

    def __init__(self, unit: str = "万元", attrs: dict[str, Any] | None = None) -> None:
        self.unit = unit
        super().__init__(
            {"inputmode": "decimal", "autocomplete": "off", "data-money": unit, **(attrs or {})}
        )


class MoneyField(forms.CharField):
    """金额:读成整数元。默认单位写在框内;自带单位的写法(1.2亿元)同样认。空为 None。"""

    def __init__(self, *, unit: str = "万元", allow_negative: bool = False, **kwargs: Any) -> None:
        if unit not in UNITS:
            raise ValueError(f"未知的金额单位:{unit}")
        self.unit = unit
        self.allow_negative = allow_negative
        kwargs.setdefault("widget", MoneyInput(unit))
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        if text in self.empty_values:
            return None
        try:
            return parse_money(text, self.unit, allow_negative=self.allow_negative)
        except MoneyError as error:
            raise ValidationError(error.message, code="money") from None

    def run_validators(self, value: Any) -> None:
        """字符串的长度校验对整数无意义;范围由 parse_money 管。"""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            exact = {"万元": to_wan, "亿元": to_yi}.get(self.unit)
            shown = exact(value) if exact else str(value // UNITS[self.unit])
            whole, _, rest = shown.partition(".")
            return f"{int(whole):,}" + (f".{rest}" if rest else "") if whole != "-0" else shown
        return value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True


class PercentField(forms.CharField):
    """份额:百分数(至多两位小数)读成整数基点;空为 None。"""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})
        )
        kwargs.setdefault("max_length", 12)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        if text in self.empty_values:
            return None
        found = _PERCENT.fullmatch(unicodedata.normalize("NFKC", text).strip())
        if found is None:
            raise ValidationError(
                "百分数读不准：请写 0 到 100 之间的数，至多两位小数，如 80.00", code="percent"
            )
        bp = int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))
        if bp > 10_000:
            raise ValidationError("百分数不能超过 100", code="percent")
        return bp

    def run_validators(self, value: Any) -> None:
        """长度校验对整数无意义。"""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            return f"{value // 100}.{value % 100:02d}"
        return value


def unknown_field(
    choices: Sequence[tuple[str, str]] = UNKNOWN_CHOICES, **kwargs: Any
) -> forms.ChoiceField:
    """「不便透露/待定」:与某个数字字段并排,由 `{% field form.x unknown=form.x_unknown %}` 显示。"""
    kwargs.setdefault("required", False)
    return forms.ChoiceField(choices=list(choices), widget=forms.RadioSelect, **kwargs)


def check_unknown(form: forms.BaseForm, number: str, unknown: str) -> None:
    """在 form.clean() 里调用:既填了数又选了「不便透露」的,请填表人只留一个。"""
    data = form.cleaned_data
    if data.get(unknown) and data.get(number) is not None:
        label = dict(form.fields[unknown].choices).get(data[unknown], "")  # type: ignore[attr-defined]
        form.add_error(number, f"已选「{label}」，就不要再填数字；要填数字请选「填写数字」")


def date_field(**kwargs: Any) -> forms.DateField:
    """日期:浏览器自带的日期框,值为 2026-11-20。"""
    kwargs.setdefault("widget", forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    return forms.DateField(**kwargs)


def add_findings(form: forms.BaseForm, findings: Iterable[Finding]) -> None:
    """把动作退回的发现放到各字段上(没有对应字段的放在表单顶上),条款随之显示。"""
    for finding in findings:
        where = finding.field if finding.field in form.fields else None
        form.add_error(where, ValidationError(finding.message, code=_CLAUSE + finding.clause))


@dataclass(frozen=True)
class ErrorLine:
    """错误汇总里的一行。`anchor` 为空表示不属于某个字段。"""

    anchor: str
    label: str
    message: str
    clause: str


def error_lines(form: forms.BaseForm) -> list[ErrorLine]:
    found: list[ErrorLine] = []
    for name, errors in form.errors.as_data().items():
        bound = form[name] if name in form.fields else None
        anchor = _anchor(bound) if bound is not None else ""
        for message, code in _messages(errors, bound):
            # 「请填写某某」已含字段名,不再重复
            named = bound is None or str(bound.label) in message
            label = "" if named else str(bound.label)  # type: ignore[union-attr]
            found.append(ErrorLine(anchor, label, message, code))
    return found


def field_context(
    bound: forms.BoundField,
    *,
    mark: str = "",
    hint: str = "",
    unit: str = "",
    wide: bool = False,
    clause: str = "",
    suggested: Any = None,
    unknown: forms.BoundField | None = None,
    ok: str = "",
    big: bool = False,
    label: str = "",
) -> dict[str, Any]:
    """`ui/components/field.html` 的变量。`mark` 必填|下阶段必填|选填,缺省取 form.marks[字段名]。

    标了记号的表单里,没有标的一栏也要说清楚:必须填的是必填,其余是选填(勾选框不标)。
    """
    widget = bound.field.widget
    kind = _kind(widget, big)
    marks = getattr(bound.form, "marks", {})
    mark = mark or marks.get(bound.name, "")
    if marks and not mark and kind != "check":
        mark = "必填" if bound.field.required else "选填"
    hint = hint or str(bound.help_text or "")
    unit = unit or getattr(widget, "unit", "")
    errors = _messages(bound.form.errors.as_data()[bound.name], bound) if bound.errors else []
    base = bound.auto_id or f"id_{bound.html_name}"
    described = [f"{base}-hint"] if hint else []
    described += [f"{base}-err"] if errors else []
    described += [f"{base}-conv"] if isinstance(widget, MoneyInput) else []
    # 必填由服务器说(带改法的中文汇总),不让浏览器拦下
    bound.form.use_required_attribute = False
    attrs: dict[str, Any] = {}
    if described and kind not in ("radios", "checks", "options"):
        attrs["aria-describedby"] = " ".join(described)
    if errors:
        attrs["aria-invalid"] = "true"
    if mark == "必填" and kind not in ("radios", "checks", "options"):
        attrs["aria-required"] = "true"
    css = {
        "select": "form-select",
        "check": "form-check-input",
        "file": "",
        "control": "form-control",
    }.get(kind)
    if css is not None:
        attrs["class"] = f"{css} {widget.attrs.get('class', '')}".strip()
    if kind in ("radios", "checks", "options"):
        widget.attrs["class"] = "" if kind == "options" else "form-check-input"
    if unknown is not None:
        unknown.field.widget.attrs["class"] = "form-check-input"
    control: SafeString | str = (
        "" if kind in ("radios", "checks", "options") else bound.as_widget(attrs=attrs)
    )
    return {
        "bound": bound,
        "base": base,
        "kind": kind,
        "control": control,
        "label": label or bound.label,
        "mark": mark,
        "mark_css": MARKS.get(mark, "opt"),
        "hint": hint,
        "unit": unit,
        "convert": isinstance(widget, MoneyInput),
        "wide": wide or kind == "options",
        "clause": clause,
        "suggested": suggested,
        "unknown": unknown,
        "ok": ok,
        "errors": [ErrorLine("", "", message, code) for message, code in errors],
        "hidden": isinstance(widget, forms.HiddenInput),
    }


def _kind(widget: forms.Widget, big: bool) -> str:
    if isinstance(widget, forms.CheckboxSelectMultiple):
        return "checks"
    if isinstance(widget, forms.RadioSelect):
        return "options" if big else "radios"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.Select):
        return "select"
    if isinstance(widget, forms.FileInput):
        return "file"
    return "control"


def _anchor(bound: forms.BoundField) -> str:
    base = bound.auto_id or f"id_{bound.html_name}"
    many = isinstance(bound.field.widget, (forms.RadioSelect, forms.CheckboxSelectMultiple))
    return f"{base}_0" if many else base


def _messages(
    errors: Iterable[ValidationError], bound: forms.BoundField | None
) -> list[tuple[str, str]]:
    found = []
    for error in errors:
        code = str(error.code or "")
        clause = code.removeprefix(_CLAUSE) if code.startswith(_CLAUSE) else ""
        texts = list(error.messages)
        if code == "required" and bound is not None and texts == _stock_required():
            texts = [f"请{_verb(bound.field.widget)}{bound.label}"]
        found += [(text, clause) for text in texts]
    return found


def _verb(widget: forms.Widget) -> str:
    kind = _kind(widget, False)
    return {"control": "填写", "file": "选择文件："}.get(kind, "选择")


def _stock_required() -> list[str]:
    """框架自带的「这个字段是必填项。」;表单自己写了说法的不动。"""
    return [str(forms.Field.default_error_messages["required"])]
