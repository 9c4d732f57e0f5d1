"""到位资金的表单:登记凭证、核验、冲回、补交文件、核对重合。"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from juyuan.foundation.ui.fields import MoneyField, date_field
from juyuan.rooms.pipeline.forms.acts import reason_field
from juyuan.rooms.pipeline.rules.amounts import Origin
from juyuan.rooms.pipeline.rules.clashes import Clash
from juyuan.rooms.pipeline.rules.vouchers import CURRENCIES, HOME, CheckVerdict, VoucherDraft

FILE_HELP = "PDF、OFD、图片、Word、Excel；不得上传涉密文件"


def _decimal(label: str, places: int, hint: str) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, max_digits=21, decimal_places=places, help_text=hint,
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={
            "invalid": f"{label}请填数字，不带逗号",
            "max_digits": f"{label}太大，请核对",
            "max_decimal_places": f"{label}至多 {places} 位小数",
            "max_whole_digits": f"{label}太大，请核对",
        },
    )  # fmt: skip


class VoucherForm(forms.Form):
    """一张凭证。判断在 rules.vouchers;外币的只填原币与汇率,人民币由系统折算。"""

    kind = forms.ChoiceField(label="凭证种类", error_messages={"required": "请选择凭证种类"})
    paid_on = date_field(label="到账日", required=False, help_text="钱到账的那一天，以凭证为准")
    amount = MoneyField(unit="万元", label="到账金额", required=False)
    number = forms.CharField(
        label="凭证号", required=False, max_length=100,
        help_text="收据号、发票号或银行流水号；同一张凭证全市只能用一次",
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    payer = forms.ChoiceField(
        label="谁的钱", required=False, help_text="选出资方；不在其列的，改填付款人"
    )
    payer_name = forms.CharField(
        label="付款人", required=False, max_length=200, help_text="不在出资方之列时填写"
    )
    origin = forms.ChoiceField(label="资金来源地", required=False, choices=Origin.pairs())
    fiscal = forms.BooleanField(label="财政资金（认可计 0）", required=False)
    currency = forms.ChoiceField(label="币种", required=False, choices=list(CURRENCIES.items()))
    foreign_amount = _decimal("原币金额", 2, "外币到账的填，单位：元（原币）")
    rate = _decimal("汇率", 6, "1 单位外币折人民币多少元")
    rate_on = date_field(label="汇率日期", required=False, help_text="不晚于到账日")
    rate_source = forms.CharField(
        label="汇率来源", required=False, max_length=100, help_text="如中国人民银行中间价"
    )
    file = forms.FileField(
        label="凭证文件", required=False, help_text=FILE_HELP,
        error_messages={"empty": "文件是空的（0 字节）"},
    )  # fmt: skip
    note = forms.CharField(
        label="说明", required=False, max_length=2000, widget=forms.Textarea({"rows": 2})
    )

    def __init__(
        self, *args: Any, kinds: Mapping[str, str], payers: Mapping[int, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "请选择"), *kinds.items()]  # type: ignore[attr-defined]
        self.fields["payer"].choices = [  # type: ignore[attr-defined]
            ("", "请选择"), *((str(pk), name) for pk, name in payers.items()),
        ]  # fmt: skip
        self.marks = dict.fromkeys(("kind", "paid_on", "amount", "number", "payer", "file"), "必填")

    def draft(self, file_id: int | None) -> VoucherDraft:
        """清洗后的内容 → 草稿。"""
        data = self.cleaned_data
        return VoucherDraft(
            kind=data["kind"],
            paid_on=data["paid_on"],
            number=data["number"],
            amount=data["amount"],
            currency=data["currency"] or HOME,
            foreign_amount=_exact(data["foreign_amount"]),
            rate=_exact(data["rate"]),
            rate_on=data["rate_on"],
            rate_source=data["rate_source"],
            payer_id=int(data["payer"]) if data["payer"] else None,
            payer_name=data["payer_name"],
            origin=Origin(data["origin"]),
            fiscal=data["fiscal"],
            note=data["note"],
            file_id=file_id,
        )


def _exact(value: Any) -> Decimal | None:
    return value if isinstance(value, Decimal) else None


class CheckForm(forms.Form):
    """核验意见。"""

    verdict = forms.ChoiceField(
        label="核验意见", choices=CheckVerdict.pairs(), widget=forms.RadioSelect,
        error_messages={"required": "请选择认可或退回"},
    )  # fmt: skip
    reason = reason_field("理由", "退回须写明哪里不对、怎么补", required=False)


class ReverseForm(forms.Form):
    reason = reason_field("冲回的理由", "写明原来哪里登记错了")


class AttachForm(forms.Form):
    file = forms.FileField(
        label="凭证文件", required=False, help_text=FILE_HELP,
        error_messages={"empty": "文件是空的（0 字节）"},
    )  # fmt: skip


class CaseForm(forms.Form):
    """核对结论。"""

    same = forms.ChoiceField(
        label="核对结论", widget=forms.RadioSelect,
        choices=[("1", ""), ("0", "")],
        error_messages={"required": "请选择核对结论"},
    )  # fmt: skip
    reason = reason_field("核对的依据", "写明看了哪些材料")

    def __init__(self, *args: Any, clash: Clash, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.marks = {"same": "必填", "reason": "必填"}
        self.fields["same"].choices = [  # type: ignore[attr-defined]
            ("1", clash.choose_same), ("0", clash.choose_different),
        ]  # fmt: skip
