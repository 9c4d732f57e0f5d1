"""投资方的表单:只收集与清洗,判断在 rules。"""

from __future__ import annotations

from typing import Any

from django import forms

from juyuan.foundation.policy.queries import bureau
from juyuan.foundation.ui.fields import MoneyField, date_field
from juyuan.kernel.uscc import compact as compact_uscc
from juyuan.rooms.investors.models import AliasKind, Honour, Kind
from juyuan.rooms.investors.rules.drafts import LABELS, ContactDraft, InvestorDraft


def _text(label: str, length: int, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=False, **more)


class InvestorForm(forms.Form):
    """登记与修改。`version` 只在修改时用。"""

    marks = {"name": "必填", "uscc": "选填"}

    name = _text(LABELS["name"], 200, help_text="照营业执照填写全称")
    uscc = _text(
        LABELS["uscc"], 40, help_text="18 位;有代码最能避免重复登记,逐位核对并指出错在哪一位"
    )
    kind = forms.ChoiceField(label=LABELS["kind"], choices=Kind.choices, required=False)
    place = _text(LABELS["place"], 100, help_text="写到县区")
    controller = _text(LABELS["controller"], 200)
    group = _text(LABELS["group"], 200)
    honours = forms.MultipleChoiceField(
        label=LABELS["honours"],
        choices=Honour.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    registered_capital = MoneyField(label=LABELS["registered_capital"], required=False)
    founded_on = date_field(label=LABELS["founded_on"], required=False)
    country = _text(LABELS["country"], 60, initial="中国")
    foreign_id = _text(LABELS["foreign_id"], 60, help_text="境外投资方填注册地的公司编号")
    is_key = forms.BooleanField(
        label=LABELS["is_key"], required=False, help_text="列入重点企业名单"
    )
    business = _text(LABELS["business"], 4000, widget=forms.Textarea({"rows": 3}))
    remark = _text(LABELS["remark"], 4000, widget=forms.Textarea({"rows": 2}))
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def draft(self) -> InvestorDraft:
        """填好的内容。"""
        data = self.cleaned_data
        return InvestorDraft(
            name=data["name"].strip(),
            uscc=compact_uscc(data["uscc"]),
            kind=data["kind"] or Kind.ENTERPRISE.value,
            foreign_id=data["foreign_id"].strip(),
            country=data["country"].strip(),
            place=data["place"].strip(),
            controller=data["controller"].strip(),
            group=data["group"].strip(),
            honours=tuple(sorted(data["honours"])),
            registered_capital=data["registered_capital"],
            founded_on=data["founded_on"],
            business=data["business"].strip(),
            is_key=data["is_key"],
            remark=data["remark"].strip(),
        )


class AliasForm(forms.Form):
    """加一个别名。"""

    marks = {"name": "必填", "kind": "必填"}
    name = _text("别名", 200)
    kind = forms.ChoiceField(label="别名类别", choices=AliasKind.choices)


class ContactForm(forms.Form):
    """登记一位联系人。"""

    marks = {"name": "必填"}
    name = _text("联系人", 60)
    title = _text("职务", 60)
    phone = _text("电话", 40)
    email = _text("邮箱", 120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].help_text = f"只有本单位和{bureau()}看得见;电话、邮箱至少填一项"

    def draft(self) -> ContactDraft:
        """填好的内容。"""
        data = self.cleaned_data
        return ContactDraft(
            data["name"].strip(),
            data["title"].strip(),
            data["phone"].strip(),
            data["email"].strip(),
        )


class TargetForm(forms.Form):
    """选留下的一家。"""

    marks = {"target": "必填"}
    target = _text("留下的一家的编号", 20, help_text="在那一家的页面标题下,形如 TZ-8J4KQ2MN")


class ReasonForm(forms.Form):
    """只问理由。"""

    marks = {"reason": "必填"}
    reason = _text("理由", 1000, widget=forms.Textarea({"rows": 3}))


class MergeForm(ReasonForm):
    """确认合并:带着看计划时的两方版本。"""

    target = _text("", 20, widget=forms.HiddenInput)
    source_version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    target_version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class SettleForm(ReasonForm):
    """核对重合。"""

    marks = {"reason": "必填", "same": "必填"}
    same = forms.TypedChoiceField(
        label="结论",
        choices=(("yes", "是同一家"), ("no", "不是同一家")),
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
        error_messages={"required": "请选一个结论"},
    )
