"""提议改一个数的表单。"""

from __future__ import annotations

from typing import Any

from django import forms

from juyuan.foundation.policy.pack_types import ParameterType
from juyuan.foundation.policy.papers import NUMBER_LIMIT, Paper
from juyuan.foundation.policy.timeline import ParameterRow
from juyuan.foundation.ui.fields import date_field

LONG = (ParameterType.LIST, ParameterType.TABLE, ParameterType.AUDIENCE)
HINTS = {
    ParameterType.MONEY: "写明单位，例如 5亿元、5000万元",
    ParameterType.BP: "百分数，例如 20.00%",
    ParameterType.LIST: "一行一项",
    ParameterType.AUDIENCE: "一行一个，写作 role:角色 或 function:职能",
    ParameterType.TABLE: "一行一条，写作「名 = 值」",
    ParameterType.TIME: "写作 18:00；当日末写 24:00",
    ParameterType.DATE: "写作 2026-01-01",
}


class ProposeForm(forms.Form):
    """新的值、施行日、理由。"""

    text = forms.CharField(label="新的值", max_length=20_000)
    effective_from = date_field(label="自哪天起")
    reason = forms.CharField(label="理由", max_length=1000, widget=forms.Textarea({"rows": 3}))
    paper_number = forms.CharField(label="依据文件的文号", max_length=NUMBER_LIMIT, required=False)
    paper_on = date_field(label="文件日期", required=False)
    paper_file = forms.FileField(
        label="依据文件",
        required=False,
        help_text="写明这个数的文件、纪要；不得上传涉密文件",
        error_messages={"empty": "文件是空的（0 字节）"},
    )
    marks = {
        "text": "必填", "effective_from": "必填", "reason": "必填",
        "paper_number": "选填", "paper_on": "选填", "paper_file": "选填",
    }  # fmt: skip

    def __init__(self, row: ParameterRow, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hint = HINTS.get(ParameterType(row.type), "")
        if row.type == ParameterType.CHOICE:
            choices = [(choice, row.labels.get(choice, choice)) for choice in row.choices]
            self.fields["text"] = forms.ChoiceField(label="新的值", choices=choices)
        elif row.type == ParameterType.BOOL:
            self.fields["text"] = forms.ChoiceField(
                label="新的值", choices=[("是", "是"), ("否", "否")]
            )
        elif row.type in LONG:
            self.fields["text"].widget = forms.Textarea({"rows": 12})
        self.order_fields(["text", "effective_from", "reason"])

    def paper(self, file_id: int | None) -> Paper:
        """清洗后的依据文件。"""
        return Paper(self.cleaned_data["paper_number"], self.cleaned_data["paper_on"], file_id)
