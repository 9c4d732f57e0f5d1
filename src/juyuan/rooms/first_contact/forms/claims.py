"""首谈登记、权利、撞单、移交的表单。"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from juyuan.foundation.people.models import Unit
from juyuan.foundation.ui.fields import PercentField, date_field
from juyuan.rooms.first_contact.forms.check import CheckForm
from juyuan.rooms.first_contact.rules.claims import ClaimDraft, ContactProof, Secrecy
from juyuan.rooms.first_contact.rules.rulings import (
    CLAUSE,
    REASON_LIMIT,
    HandoverDraft,
    RulingDraft,
)

FILE_HELP = "PDF、OFD、图片、Word、Excel；不得上传涉密文件"


def reason_field(label: str, hint: str) -> forms.CharField:
    """理由。"""
    return forms.CharField(
        label=label, required=False, max_length=REASON_LIMIT, help_text=hint,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip


def file_field(label: str) -> forms.FileField:
    """一份文件;收下就不必重选。"""
    return forms.FileField(
        label=label, required=False, help_text=FILE_HELP,
        error_messages={"empty": "文件是空的（0 字节）"},
    )  # fmt: skip


def unit_field(label: str, hint: str = "", *, required: bool = False) -> forms.ModelChoiceField:
    """选一个在用的单位。"""
    return forms.ModelChoiceField(
        Unit.objects.filter(disabled_on__isnull=True).order_by("order", "id"),
        label=label, required=required, help_text=hint, empty_label="请选择",
    )  # fmt: skip


class ClaimForm(CheckForm):
    """首谈登记:查重的各栏,加上接触的日期与凭据。"""

    marks = CheckForm.marks | {
        "project_name": "必填", "content": "必填", "contacted_on": "必填", "proof": "必填",
        "evidence_on": "必填", "file": "必填", "secrecy": "必填", "note": "选填",
    }  # fmt: skip
    contacted_on = date_field(
        label="接触日期", required=False, help_text="第一次与投资方接触的那一天"
    )
    proof = forms.ChoiceField(
        label="凭据种类", required=False, choices=[("", "请选择"), *ContactProof.pairs()]
    )
    evidence_on = date_field(label="凭据日期", required=False, help_text="纪要、来函上写的日期")
    two_way = forms.BooleanField(
        label="双方都有人参加（来访、去访、会谈）", required=False,
        help_text="双向接触的，登记之后即可前移到洽谈",
    )  # fmt: skip
    file = file_field("接触的凭据")
    secrecy = forms.ChoiceField(label="密级", choices=Secrecy.pairs(), initial="normal")
    opening = forms.BooleanField(
        label="这是系统启用之前的首谈（期初补录）", required=False,
        help_text="经商务主管部门确认后，功劳按凭据的日子算",
    )  # fmt: skip
    note = reason_field("说明", "谁去谈的、谈到哪一步")

    def __init__(
        self, *args: Any, on_project: bool = False, window: bool = True, **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        if on_project:
            self.marks = self.marks | {"project_name": "选填", "content": "选填"}
            del self.fields["secrecy"]
        if not window:
            del self.fields["opening"]

    def draft(self, file_id: int | None) -> ClaimDraft:
        """清洗后的内容 → 草稿。"""
        data = self.cleaned_data
        return ClaimDraft(
            subject=self.subject(),
            proof=ContactProof(data["proof"]) if data["proof"] else None,
            contacted_on=data["contacted_on"],
            evidence_on=data["evidence_on"],
            file_id=file_id,
            two_way=data["two_way"],
            secrecy=Secrecy(data.get("secrecy") or "normal"),
            opening=data.get("opening", False),
            note=data["note"],
        )


class ReasonForm(forms.Form):
    """只写理由。"""

    marks = {"reason": "必填"}
    reason = reason_field("理由", "写明事实与依据")


class ExtendForm(ReasonForm):
    """延长到哪天。"""

    marks = {"until": "必填", "reason": "必填"}
    until = date_field(label="延长到", required=False, help_text="须晚于现在的保护期")
    field_order = ("until", "reason")


class TakeUpForm(ReasonForm):
    """接手:商务主管部门指定单位,或本单位自己接。"""

    marks = {"unit": "必填", "reason": "必填"}
    unit = unit_field("接手单位")
    field_order = ("unit", "reason")

    def __init__(self, *args: Any, names_unit: bool = True, **kw: Any) -> None:
        super().__init__(*args, **kw)
        if not names_unit:
            del self.fields["unit"]


class HandoverForm(ReasonForm):
    """移交:清单、份额。"""

    marks = dict.fromkeys(("to_unit", "materials", "matters", "share_bp", "reason"), "必填")
    to_unit = unit_field("接收单位", "对方确认之后才算数")
    materials = reason_field("移交材料清单", "逐件写明；确实没有的写「无」")
    matters = reason_field("未了事项清单", "约定、承诺、待答复的；确实没有的写「无」")
    share_bp = PercentField(label="本单位保留的功劳份额", required=False)
    field_order = ("to_unit", "materials", "matters", "share_bp", "reason")

    def draft(self) -> HandoverDraft:
        """清洗后的内容 → 草稿。"""
        data = self.cleaned_data
        unit = data["to_unit"]
        return HandoverDraft(
            unit.pk if unit else None, data["materials"], data["matters"], data["share_bp"],
            data["reason"],
        )  # fmt: skip


class AnswerForm(forms.Form):
    """接收,或写明理由不接收。"""

    marks = {"accept": "必填", "answer": "选填"}
    accept = forms.ChoiceField(
        label="答复", choices=[("yes", "接收，自此由本单位牵头"), ("no", "不接收")],
        widget=forms.RadioSelect, error_messages={"required": "请选择接收还是不接收"},
    )  # fmt: skip
    answer = reason_field("说明", "不接收的须写明理由")


class ConfirmForm(forms.Form):
    """勾选确认。"""

    agree = forms.BooleanField(
        label="已核对上面的内容", error_messages={"required": "请核对后勾选"}
    )


class FileForm(forms.Form):
    """补交首谈的凭据。"""

    marks = {"file": "必填"}
    file = file_field("接触的凭据")


class ProofForm(forms.Form):
    """补交撞单证据。"""

    marks = {"title": "必填", "dated_on": "必填", "file": "必填", "note": "选填"}
    title = forms.CharField(label="材料名称", required=False, max_length=200)
    dated_on = date_field(label="材料日期", required=False)
    file = file_field("文件")
    note = reason_field("说明", "它说明什么")


class RulingForm(forms.Form):
    """裁定:牵头单位、每一方一栏份额、理由。"""

    def __init__(self, *args: Any, parties: Sequence[tuple[int, str]], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["lead_unit"] = forms.ChoiceField(
            label="牵头单位", required=False, choices=[("", "请选择"), *map(_choice, parties)]
        )
        self.share_names = {f"share_{unit}": unit for unit, _ in parties}
        for unit, name in parties:
            share = PercentField(label=f"{name}的功劳份额", required=False)
            share.widget.unit = "%"
            self.fields[f"share_{unit}"] = share
        self.fields["reason"] = reason_field("理由", "谁先接触、凭什么证据；双方都会看到")
        self.marks = dict.fromkeys(self.fields, "必填")

    def draft(self) -> RulingDraft:
        """清洗后的内容 → 草稿。空着的份额按 0。"""
        data = self.cleaned_data
        return RulingDraft(
            int(data["lead_unit"]) if data["lead_unit"] else None,
            {unit: data[name] or 0 for name, unit in self.share_names.items()},
            data["reason"],
            CLAUSE,
        )


def _choice(pair: tuple[int, str]) -> tuple[str, str]:
    return str(pair[0]), pair[1]


class RaiseForm(ReasonForm):
    """商务主管部门立撞单:两方的编号与理由。"""

    marks = dict.fromkeys(("first", "second", "reason"), "必填")
    first = forms.CharField(
        label="一方", required=False, max_length=40, help_text="首谈编号（SQ-…）"
    )
    second = forms.CharField(
        label="另一方", required=False, max_length=40,
        help_text="首谈编号，或还没有登记首谈的项目的编号",
    )  # fmt: skip
    field_order = ("first", "second", "reason")


class OpeningForm(ReasonForm):
    """确认期初补录的首谈。"""

    marks = {"picked": "必填", "reason": "必填"}
    picked = forms.MultipleChoiceField(
        label="确认哪几件", required=False, widget=forms.CheckboxSelectMultiple
    )
    field_order = ("picked", "reason")

    def __init__(self, *args: Any, waiting: Sequence[tuple[str, str]], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["picked"].choices = list(waiting)  # type: ignore[attr-defined]
