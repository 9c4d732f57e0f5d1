"""办事的小表单:移动、状态、认定、撤回认定、作废、证据。"""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from juyuan.foundation.ui.fields import date_field
from juyuan.rooms.pipeline.rules.evidence import EvidenceDraft, typed_allowed
from juyuan.rooms.pipeline.rules.facts import CONCLUDING_KEYS, OPINION_KEYS, Conclusion, FactKey
from juyuan.rooms.pipeline.rules.stages import ClosingReason

REASON_ROWS = 3


def reason_field(label: str, hint: str = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=2000,
        widget=forms.Textarea({"rows": REASON_ROWS}),
        help_text=hint,
        error_messages={"required": f"请填写{label}"},
    )


class VersionForm(forms.Form):
    """带版本的表单:打开之后他人改过,提交时说明,不覆盖。"""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class MoveForm(VersionForm):
    """前移、退回、越级。"""

    to = forms.CharField(widget=forms.HiddenInput)
    fact_on = date_field(label="事实日", required=False, help_text="实际发生的那一天，缺省今天")
    reason = reason_field("理由", required=False)

    def __init__(self, *args: Any, needs_reason: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needs_reason
        self.marks = {"reason": "必填" if needs_reason else "选填", "fact_on": "选填"}


class StandingForm(VersionForm):
    """暂缓、终止、退库、恢复推进。"""

    reason_code = forms.ChoiceField(
        label="事由", choices=[("", "请选择"), *ClosingReason.pairs()], required=False
    )
    note = reason_field("情况说明")
    fact_on = date_field(label="事实日", required=False, help_text="实际发生的那一天，缺省今天")

    def __init__(self, *args: Any, verb: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.marks = {"note": "必填", "fact_on": "选填"}
        if verb == "resume":
            del self.fields["reason_code"]
        else:
            self.fields["reason_code"].required = True
            self.fields["reason_code"].error_messages["required"] = "请选择事由"
            self.marks["reason_code"] = "必填"


class RecogniseForm(VersionForm):
    stage = forms.CharField(widget=forms.HiddenInput)
    fact_on = date_field(
        label="事实日", required=False,
        help_text="签约取签约日期，落地取开工日期；不填即按项目所填",
    )  # fmt: skip


class WithdrawRecognitionForm(VersionForm):
    reason = reason_field("撤回的理由", "写明哪份证据有什么问题")


class VoidForm(forms.Form):
    reason = reason_field("录入错在哪里", "作废须另一位同志确认；台账仍留着全部经过")


class SettleVoidForm(forms.Form):
    agree = forms.ChoiceField(
        label="意见",
        choices=[("1", "确认作废"), ("0", "不同意作废")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择意见"},
    )
    note = reason_field("说明", required=False)


class EvidenceForm(forms.Form):
    """一份证据。出具单位、文号、结论、地点随「证明什么」而必填(判断在 rules.evidence)。"""

    fact = forms.ChoiceField(
        label="证明什么",
        choices=[("", "请选择"), *FactKey.pairs()],
        error_messages={"required": "请选择这份材料证明什么"},
    )
    title = forms.CharField(
        label="材料名称", required=False, widget=forms.TextInput({"autocomplete": "off"})
    )
    dated_on = date_field(
        label="材料日期", required=False, help_text="材料上写的、或事情发生的日期"
    )
    issuer = forms.CharField(label="出具单位", required=False, max_length=100)
    number = forms.CharField(label="文号", required=False, max_length=100)
    conclusion = forms.ChoiceField(
        label="结论", required=False,
        choices=[(v, label if v else "请选择") for v, label in Conclusion.pairs()],
        help_text="如实填写；不通过的也要留存，只是不顶用",
    )  # fmt: skip
    place = forms.CharField(label="地点", required=False, max_length=200)
    two_way = forms.BooleanField(
        label="双方都到场或都有回应（来访、去访、会谈、视频、往来函件）", required=False,
        help_text="单方面的接触也可以提交，不勾；只是不算双向接触，不能凭它进入洽谈库",
    )  # fmt: skip
    note = forms.CharField(
        label="说明", required=False, max_length=2000, widget=forms.Textarea({"rows": 2})
    )
    file = forms.FileField(
        label="证据文件", required=False,
        help_text="PDF、OFD、图片、Word、Excel；不得上传涉密文件",
        error_messages={"empty": "文件是空的（0 字节）"},
    )  # fmt: skip

    def __init__(self, *args: Any, here: bool = False, **kwargs: Any) -> None:
        """`here`:项目的评审与审查须在本系统办,那几种不在这里选。"""
        super().__init__(*args, **kwargs)
        if not self.is_bound:  # 提交来的照收,由动作说明为什么不行、去哪里办
            self.fields["fact"].choices = [  # type: ignore[attr-defined]
                ("", "请选择"), *((k.value, k.label) for k in FactKey if typed_allowed(k, here))
            ]  # fmt: skip
        self.marks = {"title": "必填", "dated_on": "必填", "file": "必填", "fact": "必填"}
        key = self.chosen
        if key in OPINION_KEYS:
            self.marks |= {"issuer": "必填", "number": "必填"}
        if key in CONCLUDING_KEYS:
            self.marks["conclusion"] = "必填"
        if key == FactKey.WORKS_PHOTO:
            self.marks["place"] = "必填"
        if key == FactKey.CONTACT:
            self.marks["two_way"] = "下阶段必填"  # 单方面的也收下,只是不顶「双向接触」这一项

    @property
    def chosen(self) -> FactKey | None:
        """现在选的是哪一种(提交的,或打开时预选的)。"""
        said = self.data.get(self.add_prefix("fact")) if self.is_bound else None
        said = said or self.initial.get("fact")
        return FactKey(said) if said in set(FactKey) else None

    @property
    def shown(self) -> list[str]:
        """这一种材料要填哪些(没选种类时全显示:没有脚本也能填)。"""
        always = ["title", "dated_on"]
        key = self.chosen
        if key is None:
            return [*always, "issuer", "number", "conclusion", "place", "two_way", "note"]
        if key == FactKey.CONTACT:
            return [*always, "place", "two_way", "note"]
        if key == FactKey.WORKS_PHOTO:
            return [*always, "place", "note"]
        more = ["conclusion"] if key in CONCLUDING_KEYS else []
        return [*always, "issuer", "number", *more, "note"]

    def draft(self, file_id: int | None) -> EvidenceDraft:
        """清洗后的内容 → 证据草稿。"""
        data = self.cleaned_data
        return EvidenceDraft(
            fact=FactKey(data["fact"]),
            title=data["title"],
            dated_on=data["dated_on"],
            issuer=data["issuer"],
            number=data["number"],
            conclusion=Conclusion(data["conclusion"]),
            place=data["place"],
            two_way=data["two_way"],
            note=data["note"],
            file_id=file_id,
        )


def today_limit(form: forms.Form, today: date) -> None:
    """日期框不让选将来(浏览器提示;真正的判断在规则里)。"""
    for name in ("fact_on", "dated_on"):
        if name in form.fields:
            form.fields[name].widget.attrs["max"] = today.isoformat()
