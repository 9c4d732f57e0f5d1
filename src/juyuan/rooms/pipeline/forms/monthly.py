"""月度更新的表单:一张表几百行,按「编号.栏」取值;读不懂的逐行说明,别的行照收。"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms

from juyuan.foundation.ui.fields import MoneyField, date_field
from juyuan.kernel.money import MoneyError, parse_money, to_wan
from juyuan.kernel.period import DateError, parse_date
from juyuan.kernel.verdict import Finding
from juyuan.rooms.pipeline.forms.acts import reason_field
from juyuan.rooms.pipeline.queries.monthly import SheetRow
from juyuan.rooms.pipeline.rules.monthly import NOTE_LIMIT, TEXT_LIMIT, NoChange, UpdateDraft, fold
from juyuan.rooms.pipeline.rules.progress import EventDraft, Kinds

TEXTS = ("progress", "problem", "next_step")
FIELDS = (*TEXTS, "invested_month", "no_change", "no_change_note", "event_kind", "event_on", "seen")


@dataclass
class RowForm:
    """表上一行所填。`raw` 是原样的文字(退回时照样显示),`errors` 是各栏的话。"""

    row: SheetRow
    raw: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    draft: UpdateDraft | None = None
    restored: bool = False

    def add(self, findings: Iterable[Finding]) -> None:
        for found in findings:
            self.errors.setdefault(found.field if found.field in FIELDS else "row", found.message)

    @property
    def typed(self) -> bool:
        """与打开时不同。"""
        before = initial(self.row)
        return any(fold(self.raw[name]) != fold(before[name]) for name in FIELDS if name != "seen")

    @property
    def filled(self) -> bool:
        """填了东西、或本期已有进展的行才交;什么也没有的留着待报。"""
        return (
            self.typed
            or (self.row.current is None and bool(self.row.happenings))
            or bool(self.row.fresh)
        )


def initial(row: SheetRow) -> dict[str, str]:
    """打开时各栏的样子。"""
    content = row.prefill
    return {
        "progress": content.progress,
        "problem": content.problem,
        "next_step": content.next_step,
        "invested_month": "" if content.invested_month is None else to_wan(content.invested_month),
        "no_change": content.no_change,
        "no_change_note": content.no_change_note,
        "event_kind": "",
        "event_on": "",
        "seen": str(row.revision),
    }


def blank(row: SheetRow) -> RowForm:
    """没有提交过的一行。"""
    return RowForm(row, initial(row))


def restored(row: SheetRow, data: Mapping[str, Any]) -> RowForm | None:
    """没交的草稿里的这一行,填回去;草稿里没有的为空。存下之后又报过一稿的,说一声,版本用现在的。"""
    if f"{row.code}.seen" not in data:
        return None
    raw = initial(row)
    typed = {name: str(data.get(f"{row.code}.{name}", raw[name])) for name in FIELDS}
    form = RowForm(row, raw | typed | {"seen": raw["seen"]}, restored=True)
    if typed["seen"] != raw["seen"]:
        form.errors["row"] = "存下草稿之后这一行又报过一稿，这里是您草稿里的，请核对再交"
    return form


def read(row: SheetRow, data: Mapping[str, Any]) -> RowForm | None:
    """从提交的表里取这一行;表里没有这一行的为空。"""
    if f"{row.code}.seen" not in data:
        return None
    raw = initial(row) | {
        name: str(data[f"{row.code}.{name}"]).replace("\x00", "")
        for name in FIELDS
        if f"{row.code}.{name}" in data
    }
    form = RowForm(row, raw)
    invested, happened = _money(form), _day(form)
    seen = raw["seen"]
    events: tuple[EventDraft, ...] = ()
    if raw["event_kind"] or raw["event_on"].strip():
        events = (EventDraft(raw["event_kind"], happened),)
    form.draft = UpdateDraft(
        code=row.code, progress=raw["progress"], problem=raw["problem"],
        next_step=raw["next_step"], invested_month=invested, no_change=raw["no_change"],
        no_change_note=raw["no_change_note"], events=events,
        seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 6 else None,
    )  # fmt: skip
    return form


def _money(form: RowForm) -> int | None:
    text = form.raw["invested_month"].strip()
    if not text:
        return None
    try:
        return parse_money(text[:40], "万元")
    except MoneyError as error:
        form.errors["invested_month"] = error.message
        return None


def _day(form: RowForm) -> date | None:
    text = form.raw["event_on"].strip()
    if not text:
        return None
    try:
        return parse_date(text[:40])
    except DateError as error:
        form.errors["event_on"] = error.message
        return None


class UpdateForm(forms.Form):
    """一个项目一期的更新(单页):平时补报、锁账后更正都用它。"""

    progress = forms.CharField(
        label="进展情况", required=False, max_length=TEXT_LIMIT,
        widget=forms.Textarea({"rows": 3}), help_text="写本期新发生的；本期发生里已列的不必再写",
    )  # fmt: skip
    problem = forms.CharField(
        label="存在问题", required=False, max_length=TEXT_LIMIT, widget=forms.Textarea({"rows": 2})
    )
    next_step = forms.CharField(
        label="下步打算", required=False, max_length=TEXT_LIMIT, widget=forms.Textarea({"rows": 2})
    )
    invested_month = MoneyField(label="本月完成投资", required=False)
    no_change = forms.ChoiceField(
        label="无变化的原因", required=False, choices=[("", "有变化"), *NoChange.pairs()]
    )
    no_change_note = forms.CharField(label="无变化说明", required=False, max_length=NOTE_LIMIT)
    reason = reason_field(
        "更正理由", "锁账后的更正须写；锁账时的数与更正后的数都保留", required=False
    )
    seen = forms.IntegerField(
        widget=forms.HiddenInput, error_messages={"required": "页面不完整，请重新打开再提交"}
    )

    def __init__(self, *args: Any, row: SheetRow, closed: bool, **kwargs: Any) -> None:
        content = row.prefill
        kwargs["initial"] = {
            "progress": content.progress, "problem": content.problem,
            "next_step": content.next_step, "invested_month": content.invested_month,
            "no_change": content.no_change, "no_change_note": content.no_change_note,
            "seen": row.revision,
        }  # fmt: skip
        super().__init__(*args, **kwargs)
        self.code = row.code
        if closed:
            self.fields["reason"].required = True
        else:
            del self.fields["reason"]

    def draft(self) -> UpdateDraft:
        data = self.cleaned_data
        return UpdateDraft(
            code=self.code, progress=data["progress"], problem=data["problem"],
            next_step=data["next_step"], invested_month=data["invested_month"],
            no_change=data["no_change"], no_change_note=data["no_change_note"],
            reason=data.get("reason", ""), seen=data["seen"],
        )  # fmt: skip


class ProgressForm(forms.Form):
    """一件进展:种类、发生日,可附材料。"""

    kind = forms.ChoiceField(label="进展种类", error_messages={"required": "请选择进展的种类"})
    happened_on = date_field(label="发生日", required=True, help_text="实际发生的那一天")
    note = forms.CharField(
        label="说明", required=False, max_length=500, widget=forms.Textarea({"rows": 2}),
        help_text="算不算实质进展由种类定，不由文字定",
    )  # fmt: skip
    file = forms.FileField(label="材料", required=False, help_text="纪要、照片、函件等，选填")

    def __init__(self, *args: Any, kinds: Kinds, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            ("", "请选择"),
            ("算实质进展", list(kinds.substantive.items())),
            ("记下而不算实质进展", list(kinds.other.items())),
        ]

    def draft(self, file_id: int | None) -> EventDraft:
        data = self.cleaned_data
        return EventDraft(data["kind"], data["happened_on"], data["note"], file_id)


class WithdrawProgressForm(forms.Form):
    reason = reason_field("为什么撤销", "写明错在哪里；原来那一条仍留在台账")


class CloseForm(forms.Form):
    period = forms.CharField(widget=forms.HiddenInput)
    reason = reason_field("提前锁账的理由", required=False)
