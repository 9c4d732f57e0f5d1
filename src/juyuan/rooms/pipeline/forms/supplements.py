"""补充协议的表单。判断在 rules.supplements。"""

from __future__ import annotations

from typing import Any

from django import forms

from juyuan.foundation.ui.fields import MoneyField, date_field
from juyuan.rooms.pipeline.forms.acts import VersionForm, reason_field
from juyuan.rooms.pipeline.forms.vouchers import FILE_HELP
from juyuan.rooms.pipeline.rules.supplements import (
    FIELDS,
    NUMBER_LIMIT,
    TITLE_LIMIT,
    SupplementDraft,
)

KEEP = "不改的保持原样"


class SupplementForm(VersionForm):
    """一份补充协议;各项预填现在的值,改了的才算。"""

    title = forms.CharField(label="协议名称", required=False, max_length=TITLE_LIMIT)
    number = forms.CharField(label="文号", required=False, max_length=NUMBER_LIMIT)
    signed_on = date_field(label="签订日期", required=False, help_text="补充协议签字的那一天")
    total_investment = MoneyField(unit="万元", label="总投资", required=False, help_text=KEEP)
    contract_amount = MoneyField(unit="万元", label="合同金额", required=False, help_text=KEEP)
    promised_land_on = date_field(label="承诺拿地日期", required=False, help_text=KEEP)
    promised_start_on = date_field(label="承诺开工日期", required=False, help_text=KEEP)
    promised_production_on = date_field(label="承诺投产日期", required=False, help_text=KEEP)
    promised_capacity_on = date_field(label="承诺达效日期", required=False, help_text=KEEP)
    reason = reason_field("缘由", "为什么改", required=False)
    file = forms.FileField(
        label="协议文本", required=False, help_text=FILE_HELP,
        error_messages={"empty": "文件是空的（0 字节）"},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.marks = dict.fromkeys(("title", "signed_on", "reason", "file"), "必填")

    def draft(self, file_id: int | None) -> SupplementDraft:
        """清洗后的内容 → 草稿。"""
        data = self.cleaned_data
        return SupplementDraft(
            title=data["title"],
            number=data["number"],
            signed_on=data["signed_on"],
            reason=data["reason"],
            changes={name: data[name] for name in FIELDS},
            file_id=file_id,
        )


class SupplementCheckForm(forms.Form):
    """认可。"""

    agree = forms.BooleanField(
        label="已核对协议文本与改动一致，予以认可",
        error_messages={"required": "请核对协议文本后勾选"},
    )
