"""审查意见与承诺审查的表单。"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from juyuan.foundation.people.models import Unit
from juyuan.foundation.ui.fields import MoneyField, PercentField, date_field
from juyuan.rooms.evaluation.rules.opinions import (
    NUMBER_LIMIT,
    SUBJECT_LIMIT,
    TEXT_LIMIT,
    AnswerDraft,
    AskDraft,
    OpinionKind,
)
from juyuan.rooms.evaluation.rules.privileges import WORD_LIMIT, FindingAnswer, PrivilegeDraft
from juyuan.rooms.pipeline.rules.facts import Conclusion

FILE_HELP = "Word、PDF、图片；不得上传涉密文件"
TEXT_HELP = "Word（.docx）、PDF 或纯文本；扫描件读不出文字。不得上传涉密文件"


def reason_field(label: str, hint: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=TEXT_LIMIT, help_text=hint,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip


def file_field(label: str, hint: str = FILE_HELP) -> forms.FileField:
    return forms.FileField(
        label=label, required=False, help_text=hint,
        error_messages={"empty": "文件是空的（0 字节）"},
    )  # fmt: skip


class ConfirmForm(forms.Form):
    """只要确认。`version` 是看的时候的版本。"""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class ReasonForm(ConfirmForm):
    """要一段话。"""

    marks = {"reason": "必填"}
    reason = reason_field("说明")

    def __init__(self, *args: Any, label: str = "理由", hint: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = label
        self.fields["reason"].help_text = hint


class AskForm(forms.Form):
    """申请审查。"""

    marks = {"kind": "必填", "subject": "必填", "question": "必填"}
    kind = forms.ChoiceField(
        label="申请哪一种", choices=[("", "请选择"), *OpinionKind.pairs()],
        error_messages={"required": "请选择申请哪一种审查"},
    )  # fmt: skip
    drafter = forms.BooleanField(
        label="由本单位（起草协议的单位）自己审", required=False,
        help_text="只对公平竞争审查；拟稿与签发仍须两人",
    )  # fmt: skip
    subject = forms.CharField(
        label="送审事项", required=False, max_length=SUBJECT_LIMIT,
        help_text="审查单位只看见这一件，看不见项目的其余；限名单项目可以写代号",
    )  # fmt: skip
    question = forms.CharField(
        label="请审查什么", required=False, max_length=TEXT_LIMIT,
        help_text="哪些条款、拿不准的是什么", widget=forms.Textarea({"rows": 4}),
    )  # fmt: skip
    file = file_field("协议文本", TEXT_HELP)

    def __init__(
        self, *args: Any, text_name: str = "", choose: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if not choose:
            del self.fields["drafter"]
        self.marks = self.marks | {"file": "选填" if text_name else "必填"}
        if text_name:
            self.fields["file"].help_text = f"不选即用承诺审查里的现行文本「{text_name}」"

    def draft(self, file_id: int | None) -> AskDraft:
        data = self.cleaned_data
        return AskDraft(
            OpinionKind(data["kind"]), data["subject"], data["question"], file_id,
            bool(data.get("drafter")),
        )  # fmt: skip


class ResubmitForm(ReasonForm):
    """补齐再送。"""

    marks = {"reason": "必填", "file": "选填"}
    file = file_field("换协议文本", "不换的不必选；" + TEXT_HELP)


class AnswerForm(forms.Form):
    """拟意见。"""

    marks = {
        "conclusion": "必填",
        "number": "必填",
        "dated_on": "必填",
        "text": "必填",
        "file": "必填",
    }
    conclusion = forms.ChoiceField(
        label="结论", required=False,
        choices=[(v, label if v else "请选择") for v, label in Conclusion.pairs()],
    )  # fmt: skip
    number = forms.CharField(label="意见文号", required=False, max_length=NUMBER_LIMIT)
    dated_on = date_field(label="意见日期", required=False)
    text = forms.CharField(
        label="意见正文", required=False, max_length=TEXT_LIMIT,
        help_text="有条件的写明条件，不通过的写明理由", widget=forms.Textarea({"rows": 6}),
    )  # fmt: skip
    file = file_field("意见文件")

    def draft(self, file_id: int | None) -> AnswerDraft:
        data = self.cleaned_data
        return AnswerDraft(
            Conclusion(data["conclusion"]), data["number"], data["dated_on"], data["text"], file_id
        )


class PrivilegeForm(ConfirmForm):
    """一条优惠。"""

    marks = {
        "kind": "必填", "content": "必填", "granter": "必填", "period": "必填", "amount": "选填",
        "ratio": "选填", "basis": "选填", "conditions": "选填",
    }  # fmt: skip
    kind = forms.ChoiceField(label="优惠种类", required=False)
    granter = forms.ModelChoiceField(
        Unit.objects.filter(disabled_on__isnull=True).order_by("order", "id"),
        label="由哪个单位给", required=False, empty_label="请选择",
    )  # fmt: skip
    content = forms.CharField(
        label="给什么", required=False, widget=forms.Textarea({"rows": 3}),
        help_text="照协议里的说法写；系统按禁止情形逐条对照",
    )  # fmt: skip
    amount = MoneyField(label="优惠金额", required=False)
    ratio = PercentField(label="优惠比例（%）", required=False)
    basis = forms.CharField(
        label="依据", required=False, max_length=WORD_LIMIT,
        help_text="文件名称与文号。没有法律、行政法规依据或者未经国务院批准的，会提示疑似禁止",
    )  # fmt: skip
    period = forms.CharField(
        label="享受期限", required=False, max_length=WORD_LIMIT, help_text="一次性的写「一次性」"
    )
    conditions = forms.CharField(
        label="享受条件", required=False, widget=forms.Textarea({"rows": 2}),
        help_text="企业做到什么才给",
    )  # fmt: skip

    def __init__(self, *args: Any, kinds: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "请选择"), *kinds.items()]  # type: ignore[attr-defined]

    def draft(self) -> PrivilegeDraft:
        data = self.cleaned_data
        return PrivilegeDraft(
            kind=data["kind"], content=data["content"], amount=data["amount"],
            ratio_bp=data["ratio"], basis=data["basis"],
            granter_id=data["granter"].pk if data["granter"] else None,
            conditions=data["conditions"], period=data["period"],
        )  # fmt: skip


class TextForm(forms.Form):
    """协议文本。"""

    marks = {"file": "必填"}
    file = file_field("协议文本", TEXT_HELP)


class DoubtForm(ConfirmForm):
    """答复一处疑点。"""

    marks = {"answer": "必填"}
    answer = forms.ChoiceField(
        label="怎么处理", required=False, widget=forms.RadioSelect,
        choices=[(v, label) for v, label in FindingAnswer.pairs() if v],
    )  # fmt: skip
    basis = reason_field(
        "依据或理由", "有合法依据、不属于这种情形的必填：写明文件名称与文号，或为什么不是"
    )
