"""线索的表单:只收集与清洗,判断在 rules。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from django import forms

from juyuan.foundation.ui.fields import MoneyField, date_field
from juyuan.rooms.first_contact.rules.claims import ContactProof
from juyuan.rooms.outreach.rules.drafts import (
    MONEY,
    TEXTS,
    LeadDraft,
    LeadSecrecy,
    ReferrerKind,
    Urgency,
)
from juyuan.rooms.outreach.rules.leads import DimensionMark, LeadMark, LeadOutcome

LONG = {
    "content", "process", "capital_structure", "land_needs", "energy_needs", "water_needs",
    "environment", "competitors", "requests", "contact_note", "remark",
}  # fmt: skip
BLANK = [("", "请选择")]


def _text(name: str) -> forms.CharField:
    label, most = TEXTS[name]
    widget = forms.Textarea({"rows": 2}) if name in LONG else forms.TextInput()
    return forms.CharField(label=label, max_length=most, required=False, widget=widget)


class LeadForm(forms.Form):
    """一页登记。没填完也能存。"""

    marks = {
        "channel": "必填", "referrer_name": "必填", "investor_name": "必填", "content": "必填",
        "contact_phone": "必填",
    }  # fmt: skip

    channel = forms.ChoiceField(label="来源渠道", required=False)
    referrer_kind = forms.ChoiceField(
        label="引荐人身份", required=False, choices=BLANK + ReferrerKind.pairs()
    )
    public_pay = forms.TypedChoiceField(
        label="引荐人是否财政供养", required=False, empty_value=None,
        choices=(("", "没有问"), ("yes", "是"), ("no", "否")), coerce=lambda value: value == "yes",
    )  # fmt: skip
    contacted_on = date_field(label="首次接触日期", required=False)
    jobs = forms.IntegerField(label="就业人数", required=False, min_value=0)
    urgency = forms.ChoiceField(label="缓急", choices=Urgency.pairs(), required=False)
    secrecy = forms.ChoiceField(label="密级", choices=LeadSecrecy.pairs(), required=False)
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, channels: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in TEXTS:
            self.fields[name] = _text(name)
        for name, label in MONEY.items():
            self.fields[name] = MoneyField(label=label, required=False)
        channel = self.fields["channel"]
        assert isinstance(channel, forms.ChoiceField)
        channel.choices = BLANK + list(channels.items())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not (data.get("investor_name") or data.get("content")):
            self.add_error("investor_name", "至少先写投资方名称或项目内容,才好存")
        return data

    def draft(self) -> LeadDraft:
        """填好的内容。"""
        data = self.cleaned_data
        plain = {f.name: data[f.name] for f in fields(LeadDraft)}
        plain["referrer_kind"] = (
            ReferrerKind(data["referrer_kind"]) if data["referrer_kind"] else None
        )
        plain["urgency"] = Urgency(data["urgency"] or Urgency.PLAIN)
        plain["secrecy"] = LeadSecrecy(data["secrecy"] or LeadSecrecy.NORMAL)
        return LeadDraft(**plain)


class WordForm(forms.Form):
    """只问一段话。"""

    marks = {"reason": "必填"}
    reason = forms.CharField(
        label="写给报来的人的话", max_length=1000, required=False,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


class PlainForm(forms.Form):
    """登记:不问什么,只带版本。"""

    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


class AssignForm(forms.Form):
    """分办给谁。"""

    marks = {"unit": "必填"}
    unit = forms.ChoiceField(label="承办单位", required=False)
    person = forms.ChoiceField(label="承办人", required=False, help_text="限名单的必须指名")
    reason = forms.CharField(
        label="交办的话", max_length=1000, required=False, widget=forms.Textarea({"rows": 2})
    )
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, units: list[tuple[str, str]], people: list[tuple[str, str]], **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        for name, rows in (("unit", units), ("person", people)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "请选择" if name == "unit" else "不指名"), *rows]


class JudgeForm(forms.Form):
    """逐项研判。"""

    outcome = forms.ChoiceField(label="结论", required=False, choices=BLANK + LeadOutcome.pairs())
    reason = forms.CharField(
        label="结论的理由", max_length=1000, required=False, widget=forms.Textarea({"rows": 2})
    )
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, dimensions: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = tuple(dimensions)
        own: dict[str, forms.Field] = {}
        for code, label in dimensions.items():
            own[f"mark_{code}"] = forms.ChoiceField(
                label=label, required=False, choices=BLANK + DimensionMark.pairs()
            )
            own[f"reason_{code}"] = forms.CharField(
                label=f"{label}的理由", max_length=500, required=False
            )
        self.fields = own | self.fields
        self.marks = {name: "必填" for name in self.fields if name != "version"}

    def given(self) -> list[LeadMark]:
        data = self.cleaned_data
        return [
            LeadMark(
                code,
                DimensionMark(data[f"mark_{code}"]) if data[f"mark_{code}"] else None,
                data[f"reason_{code}"],
            )
            for code in self.codes
        ]

    @property
    def conclusion(self) -> LeadOutcome | None:
        said = self.cleaned_data["outcome"]
        return LeadOutcome(said) if said else None


class ConvertForm(forms.Form):
    """转项目:接触的凭据;线索里没写的补上。"""

    marks = {"project_name": "必填", "content": "必填", "proof": "必填", "file": "必填",
             "contacted_on": "必填", "evidence_on": "必填"}  # fmt: skip
    project_name = forms.CharField(label="项目名称", max_length=200, required=False)
    content = forms.CharField(
        label="项目内容", max_length=4000, required=False, widget=forms.Textarea({"rows": 2})
    )
    proof = forms.ChoiceField(
        label="凭据的种类", required=False, choices=BLANK + ContactProof.pairs()
    )
    contacted_on = date_field(label="接触日期", required=False)
    evidence_on = date_field(label="凭据日期", required=False)
    two_way = forms.BooleanField(label="双方都有人到场或往来", required=False)
    file = forms.FileField(label="凭据", required=False)
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


class AttachForm(forms.Form):
    """一份附件。"""

    marks = {"title": "必填", "file": "必填"}
    title = forms.CharField(label="这份文件是什么", max_length=100, required=False)
    file = forms.FileField(
        label="文件", required=False, help_text="PDF、OFD、图片、Word、Excel；不得上传涉密文件",
        error_messages={"empty": "文件是空的（0 字节）"},
    )  # fmt: skip
