"""承诺、实况、违约、函的表单。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from juyuan.foundation.people.models import Unit
from juyuan.foundation.ui.fields import MoneyField, date_field
from juyuan.rooms.evaluation.models import PromiseActual
from juyuan.rooms.evaluation.rules.breaches import Outcome, OutcomeDraft
from juyuan.rooms.evaluation.rules.deviation import MANUAL
from juyuan.rooms.evaluation.rules.promises import (
    ActualDraft,
    DebtDraft,
    Kind,
    Measure,
    PromiseDraft,
)
from juyuan.rooms.pipeline.models import Supplement

FILE_HELP = "PDF、OFD、图片、Word、Excel；不得上传涉密文件"
ASK = [("", "请选择")]


def words(label: str, hint: str = "", rows: int = 3) -> forms.CharField:
    """一段话。"""
    return forms.CharField(
        label=label, required=False, help_text=hint, widget=forms.Textarea({"rows": rows})
    )


def file_field(label: str) -> forms.FileField:
    """一份文件;收下就不必重选。"""
    return forms.FileField(
        label=label, required=False, help_text=FILE_HELP,
        error_messages={"empty": "文件是空的（0 字节）"},
    )  # fmt: skip


def units() -> Any:
    return Unit.objects.filter(disabled_on__isnull=True).order_by("order", "id")


def unit_field(label: str, hint: str = "") -> forms.ModelChoiceField:
    """选一个在用的单位。"""
    return forms.ModelChoiceField(
        units(), label=label, required=False, help_text=hint, empty_label="请选择"
    )


class ValueMixin(forms.Form):
    """约定值、达到多少:金额以万元填,数量以个填;按种类只用其一。"""

    amount = MoneyField(label="金额", required=False, unit="万元")
    count = forms.IntegerField(label="数量", required=False, min_value=0)

    def value(self, measure: Measure) -> int | None:
        """按怎么量取值;到期做到的没有值。"""
        if measure is Measure.DAY:
            return None
        name = "count" if measure is Measure.COUNT else "amount"
        return self.cleaned_data.get(name)

    def only(self, kind: Kind | None) -> None:
        """知道种类的,只留用得上的一栏。"""
        if kind is None:
            return
        if kind.measure is Measure.DAY:
            del self.fields["amount"], self.fields["count"]
        elif kind.measure is Measure.COUNT:
            del self.fields["amount"]
            self.fields["count"].label = f"{kind.label}（{kind.unit or '个'}）"
        else:
            del self.fields["count"]
            per = "（万元/亩）" if kind.measure is Measure.PER_MU else ""
            self.fields["amount"].label = f"{kind.label}{per}"


class PromiseForm(ValueMixin):
    """登记一项承诺,可连同一件政府先行事项。"""

    marks = {"kind": "必填", "text": "必填", "due_on": "必填", "wanted": "必填"}
    kind = forms.ChoiceField(label="承诺种类", required=False)
    text = words("约定内容", "如：首期到位资金 5,000 万元", 2)
    due_on = date_field(label="履约期限", required=False)
    wanted = forms.CharField(
        label="凭什么算兑现", required=False, help_text="如：银行进账单、开工照片、完税证明"
    )
    contract_number = forms.CharField(label="合同编号", required=False)
    place = forms.CharField(label="条款位置", required=False, help_text="如：第三条第二款（第4页）")
    quote = words("条款原文", "照抄合同的话，发函时原样引用", 2)
    debt_kind = forms.ChoiceField(label="政府先要做", required=False)
    debt_text = forms.CharField(label="先行事项", required=False, help_text="如：交付净地 50 亩")
    debt_unit = unit_field("责任单位")
    debt_due_on = date_field(label="应办到的日期", required=False)
    field_order = (
        "kind", "text", "amount", "count", "due_on", "wanted", "contract_number", "place", "quote",
        "debt_kind", "debt_text", "debt_unit", "debt_due_on",
    )  # fmt: skip

    def __init__(
        self, *args: Any, kinds: Mapping[str, Kind], debts: Mapping[str, str], **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self.kinds = kinds
        self.fields["kind"].choices = [*ASK, *((k.code, k.label) for k in kinds.values())]  # type: ignore[attr-defined]
        self.fields["debt_kind"].choices = [("", "没有"), *debts.items()]  # type: ignore[attr-defined]
        self.fields["amount"].help_text = "金额类填；投资强度、亩均税收填每亩多少万元"
        self.fields["count"].help_text = "就业等数量类填"

    def draft(self) -> PromiseDraft:
        """清洗后的内容 → 草稿。"""
        data = self.cleaned_data
        kind = self.kinds.get(data["kind"])
        debts: tuple[DebtDraft, ...] = ()
        if data["debt_kind"] or data["debt_text"]:
            unit = data["debt_unit"]
            debts = (
                DebtDraft(
                    data["debt_kind"], data["debt_text"], unit.pk if unit else None,
                    data["debt_due_on"],
                ),
            )  # fmt: skip
        return PromiseDraft(
            kind=data["kind"], text=data["text"], due_on=data["due_on"],
            target=self.value(kind.measure) if kind else None, wanted=data["wanted"],
            quote=data["quote"], place=data["place"], contract_number=data["contract_number"],
            debts=debts,
        )  # fmt: skip


class ActualForm(ValueMixin):
    """填一条实况。"""

    marks = {"on": "必填", "file": "必填", "note": "选填"}
    on = date_field(label="哪天的情况", required=False)
    note = words("说明")
    file = file_field("凭据")
    field_order = ("on", "amount", "count", "note", "file")

    def __init__(self, *args: Any, kind: Kind | None, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.kind = kind
        self.only(kind)

    def draft(self, file_id: int | None) -> ActualDraft:
        data = self.cleaned_data
        measure = self.kind.measure if self.kind else Measure.DAY
        return ActualDraft(data["on"], self.value(measure), data["note"], file_id)


class Versioned(forms.Form):
    """带着打开时的版本:他人先办了的不覆盖。"""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class ReasonForm(Versioned):
    """只写理由。"""

    marks = {"reason": "必填"}
    reason = words("理由", "写明事实与依据")


class PlainForm(forms.Form):
    """没有要填的。"""


class MetForm(Versioned):
    """凭哪条实况认可兑现。"""

    marks = {"actual": "必填", "reason": "选填"}
    actual = forms.ModelChoiceField(
        PromiseActual.objects.none(), label="凭哪条实况", required=False, empty_label="请选择"
    )
    reason = words("说明")

    def __init__(self, *args: Any, rows: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["actual"].queryset = rows  # type: ignore[attr-defined]
        self.fields["actual"].label_from_instance = (  # type: ignore[attr-defined]
            lambda r: f"{r.on} {r.by_name}填 {r.file_name}"
        )


class ChangeForm(ValueMixin, Versioned):
    """凭补充协议改约。"""

    marks = {"supplement": "必填", "due_on": "必填", "reason": "必填"}
    supplement = forms.ModelChoiceField(
        Supplement.objects.none(), label="补充协议", required=False, empty_label="请选择",
        help_text="没有的，先在项目页登记补充协议",
    )  # fmt: skip
    due_on = date_field(label="新的期限", required=False)
    reason = words("理由")
    field_order = ("supplement", "amount", "count", "due_on", "reason")

    def __init__(self, *args: Any, rows: Any, kind: Kind | None, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["supplement"].queryset = rows  # type: ignore[attr-defined]
        self.kind = kind
        self.only(kind)


class DebtForm(forms.Form):
    """政府先要做的一件。"""

    marks = dict.fromkeys(("debt_kind", "debt_text", "debt_unit", "debt_due_on"), "必填")
    debt_kind = forms.ChoiceField(label="哪一类", required=False)
    debt_text = forms.CharField(label="先行事项", required=False, help_text="如：交付净地 50 亩")
    debt_unit = unit_field("责任单位")
    debt_due_on = date_field(label="应办到的日期", required=False)

    def __init__(self, *args: Any, debts: Mapping[str, str], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["debt_kind"].choices = [*ASK, *debts.items()]  # type: ignore[attr-defined]

    def draft(self) -> DebtDraft:
        data = self.cleaned_data
        unit = data["debt_unit"]
        return DebtDraft(
            data["debt_kind"], data["debt_text"], unit.pk if unit else None, data["debt_due_on"]
        )


class DoneForm(Versioned):
    """政府先行事项办到了。"""

    marks = dict.fromkeys(("done_on", "note", "file"), "必填")
    done_on = date_field(label="哪天办到", required=False)
    note = words("办到的情况")
    file = file_field("凭据")


class BreachForm(forms.Form):
    """规则提出的:认定或不认定。"""

    marks = {"test": "必填", "verdict": "必填", "reason": "必填"}
    test = forms.ChoiceField(label="哪一条", required=False)
    verdict = forms.ChoiceField(
        label="结论", required=False,
        choices=[*ASK, ("confirm", "认定为违约"), ("dismiss", "不认定")],
    )  # fmt: skip
    reason = words("理由", "核对了什么，责任在谁")

    def __init__(self, *args: Any, tests: Sequence[tuple[str, str]], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["test"].choices = [*ASK, *tests] if len(tests) != 1 else list(tests)  # type: ignore[attr-defined]


class ManualForm(forms.Form):
    """人提出的违约。"""

    marks = dict.fromkeys(("test", "on", "fact", "evidence", "reason"), "必填")
    test = forms.ChoiceField(
        label="哪一条", required=False, choices=[*ASK, *((t.value, t.label) for t in MANUAL)]
    )
    on = date_field(label="事实的日期", required=False)
    fact = words("查到的事实", "写明谁、做了什么、何时发现")
    evidence = words("证据", "每行一份，如：现场照片")
    reason = words("认定的理由")


class CloseForm(Versioned):
    """了结违约。"""

    marks = {"reason": "必填", "quiet_until": "选填"}
    reason = words("了结的理由", "如：已开工，凭监理报告")
    quiet_until = date_field(
        label="宽限到", required=False, help_text="写了的，到那一天之前规则不再提出"
    )


class ReplyForm(forms.Form):
    """投资方的回复。"""

    marks = dict.fromkeys(("on", "text", "file"), "必填")
    on = date_field(label="回复日期", required=False)
    text = words("回复内容", "摘要即可，原件作附件")
    file = file_field("盖章的回执或回复")


class TalkForm(forms.Form):
    """约谈记录。"""

    marks = dict.fromkeys(("on", "place", "people", "result", "file"), "必填")
    on = date_field(label="约谈日期", required=False)
    place = forms.CharField(label="约谈地点", required=False, max_length=100)
    people = words("参加人员", "双方各有谁", 2)
    result = words("约谈结果")
    file = file_field("双方签字的记录")


class OutcomeForm(Versioned):
    """提出结果。"""

    marks = {"outcome": "必填", "reason": "必填"}
    outcome = forms.ChoiceField(label="结果", required=False, choices=[*ASK, *Outcome.pairs()])
    until = date_field(
        label="到哪一天", required=False, help_text="加快建设、延期必填：到那一天之前规则不再提出"
    )
    reason = words("理由", "依据回复的哪些话")

    def draft(self) -> OutcomeDraft:
        data = self.cleaned_data
        return OutcomeDraft(data["outcome"], data["reason"], data["until"])


class DecideForm(Versioned):
    """批准结果。"""

    marks = {"agree": "必填", "reason": "选填"}
    agree = forms.ChoiceField(
        label="意见", choices=[*ASK, ("yes", "同意"), ("no", "不同意，退回")],
        error_messages={"required": "请选择同意或不同意"},
    )  # fmt: skip
    reason = words("理由", "不同意的必填")
