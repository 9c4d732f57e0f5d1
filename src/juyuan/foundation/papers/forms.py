"""公文的表单:只收集与清洗。"""

from __future__ import annotations

from typing import Any

from django import forms

from juyuan.foundation.papers.models import Document
from juyuan.foundation.papers.registry import kind_of
from juyuan.foundation.papers.states import DeliveryWay
from juyuan.foundation.ui.fields import date_field

FILE_HELP = "PDF 或图片；不得上传涉密文件"


class WordsForm(forms.Form):
    """可改的几段话;事实不在其内。"""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10**9)

    def __init__(self, *args: Any, document: Document, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.marks = {}
        for field in kind_of(document.kind).word_fields:
            self.fields[field.name] = forms.CharField(
                label=field.label, required=False, help_text=field.hint,
                widget=forms.Textarea({"rows": 4}), initial=document.words.get(field.name, ""),
            )  # fmt: skip
            self.marks[field.name] = "必填" if field.required else "选填"
        self.initial["version"] = document.version

    def words(self) -> dict[str, str]:
        """各段话。"""
        return {name: text for name, text in self.cleaned_data.items() if name != "version"}


class PlainForm(forms.Form):
    """不必填什么的确认。"""


class NumberForm(forms.Form):
    """印发;文号抄自办公系统的,抄在这里。"""

    def __init__(self, *args: Any, typed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if typed:
            self.fields["number"] = forms.CharField(
                label="文号", required=False, max_length=60,
                help_text="照办公系统给的抄，例：某函〔2026〕8号",
            )  # fmt: skip


class ReasonForm(forms.Form):
    """退回、作废的理由。"""

    marks = {"reason": "必填"}
    reason = forms.CharField(
        label="理由", required=False, max_length=1000, widget=forms.Textarea({"rows": 3})
    )


class ScanForm(forms.Form):
    """盖章件。"""

    marks = {"file": "必填"}
    file = forms.FileField(
        label="盖章扫描件", required=False, help_text=FILE_HELP,
        error_messages={"empty": "文件是空的（0 字节）"},
    )  # fmt: skip


class DeliveryForm(forms.Form):
    """一次送达。"""

    marks = {"way": "必填", "receiver": "必填", "on": "必填", "note": "选填", "file": "选填"}
    way = forms.ChoiceField(
        label="送达方式", required=False, choices=[("", "请选择"), *DeliveryWay.pairs()]
    )
    receiver = forms.CharField(
        label="签收人", required=False, max_length=100, help_text="签收的人或单位"
    )
    on = date_field(label="送达日期", required=False)
    note = forms.CharField(
        label="送达说明", required=False, max_length=500, help_text="例：快递单号、对方的电话"
    )
    file = forms.FileField(
        label="送达回证", required=False, help_text=FILE_HELP,
        error_messages={"empty": "文件是空的（0 字节）"},
    )  # fmt: skip


class CheckForm(forms.Form):
    """核验:文号与核验码都要。"""

    marks = {"number": "必填", "code": "必填"}
    number = forms.CharField(
        label="文号", required=False, max_length=60, help_text="照纸上的抄，例：某函〔2026〕8号"
    )
    code = forms.CharField(
        label="核验码",
        required=False,
        max_length=40,
        help_text="末面最下的十六位，连不连短横都可以",
    )
