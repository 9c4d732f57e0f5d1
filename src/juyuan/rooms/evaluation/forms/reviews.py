"""评审的表单:送审、主体核查、一票否决、指定评审人、声明、评分、复核、合规意见、补充、决定、理由。"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from juyuan.foundation.ui.fields import MoneyField, date_field
from juyuan.rooms.evaluation.rules.review_material import ReviewDraft
from juyuan.rooms.evaluation.rules.review_scoring import ReviewResult
from juyuan.rooms.evaluation.rules.reviews import (
    ConditionDraft,
    DiligenceMark,
    OpinionAnswer,
)

CONDITIONS = 5
FILE_HELP = "PDF、OFD、图片、Word、Excel；不得上传涉密文件"


class UnitInput(forms.TextInput):
    """数字框,单位写在框内。"""

    def __init__(self, unit: str) -> None:
        self.unit = unit
        super().__init__({"inputmode": "decimal", "autocomplete": "off"})


def number(label: str, unit: str, hint: str = "", places: int = 2) -> forms.DecimalField:
    """一个数;读不懂的说明。"""
    return forms.DecimalField(
        label=label, required=False, help_text=hint, max_digits=12, decimal_places=places,
        localize=False, widget=UnitInput(unit),
        error_messages={"invalid": f"{label}读不准，请只写数字"},
    )  # fmt: skip


def words(label: str, hint: str = "", rows: int = 3, limit: int = 2000) -> forms.CharField:
    """一段话。"""
    return forms.CharField(
        label=label, required=False, max_length=limit, help_text=hint,
        widget=forms.Textarea({"rows": rows}),
    )  # fmt: skip


def one_file(label: str) -> forms.FileField:
    """一份文件。"""
    return forms.FileField(
        label=label, required=False, help_text=FILE_HELP,
        error_messages={"empty": "文件是空的（0 字节）"},
    )  # fmt: skip


def radios(label: str, choices: Sequence[tuple[str, str]], hint: str = "") -> forms.ChoiceField:
    """单选。"""
    return forms.ChoiceField(
        label=label, required=False, choices=list(choices), help_text=hint, widget=forms.RadioSelect
    )


class SendForm(forms.Form):
    """送审所填。"""

    marks = {
        "land_mu": "必填", "energy_tce": "必填", "city_funds": "必填", "changed": "必填",
        "annual_output": "选填", "annual_tax": "选填", "jobs": "选填", "build_months": "选填",
        "note": "选填",
    }  # fmt: skip
    land_mu = number("新增用地", "亩", "不新增用地的写 0")
    energy_tce = number("年综合能耗", "吨标准煤", "没有的写 0")
    city_funds = MoneyField(label="使用的市级资金", required=False, help_text="不使用的写 0")
    annual_output = MoneyField(label="达产年产值", required=False, help_text="预填评分用")
    annual_tax = MoneyField(label="达产年税收", required=False, help_text="预填亩均税收用")
    jobs = forms.IntegerField(label="新增就业", required=False, widget=UnitInput("人"))
    build_months = forms.IntegerField(label="建设周期", required=False, widget=UnitInput("个月"))
    changed = words("与上一次相比改了什么", "上一次被否决的理由逐条对照")
    note = words("说明", "要请评审人注意的")

    def __init__(self, *args: Any, again: bool = False, **kw: Any) -> None:
        super().__init__(*args, **kw)
        if not again:
            del self.fields["changed"]

    def draft(self) -> ReviewDraft:
        """清洗后的内容 → 草稿。"""
        data = self.cleaned_data
        return ReviewDraft(
            land_mu=data["land_mu"], energy_tce=data["energy_tce"], city_funds=data["city_funds"],
            annual_tax=data["annual_tax"], annual_output=data["annual_output"], jobs=data["jobs"],
            build_months=data["build_months"], changed=data.get("changed", ""), note=data["note"],
        )  # fmt: skip


class DiligenceForm(forms.Form):
    """主体核查单:各项三栏。`rows` 是模板要的分组。"""

    def __init__(self, *args: Any, items: Sequence[Any], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.items = items
        for one in items:
            self.fields[f"mark_{one.code}"] = radios(one.label, DiligenceMark.pairs())
            self.fields[f"note_{one.code}"] = words("说明", "查了什么、看到什么", 2, 500)
            self.fields[f"file_{one.code}"] = one_file("证明材料")
            self.initial.update({f"mark_{one.code}": one.mark, f"note_{one.code}": one.note})

    @property
    def rows(self) -> list[dict[str, Any]]:
        """各项的三栏与已有的文件。"""
        return [
            {"label": one.label, "mark": self[f"mark_{one.code}"], "note": self[f"note_{one.code}"],
             "file": self[f"file_{one.code}"], "kept": one.file_name}
            for one in self.items
        ]  # fmt: skip


class VetoForm(forms.Form):
    """一票否决:各项两栏。"""

    def __init__(self, *args: Any, items: Sequence[Any], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.items = items
        for one in items:
            self.fields[f"holds_{one.code}"] = radios(
                one.label, [("no", "不成立"), ("yes", "成立")]
            )
            self.fields[f"note_{one.code}"] = words("依据", "成立的必填", 2, 500)
            held = {None: "", True: "yes", False: "no"}[one.holds]
            self.initial.update({f"holds_{one.code}": held, f"note_{one.code}": one.note})

    @property
    def rows(self) -> list[dict[str, Any]]:
        """各项的两栏。"""
        return [
            {"label": one.label, "mark": self[f"holds_{one.code}"], "note": self[f"note_{one.code}"]}
            for one in self.items
        ]  # fmt: skip


class AppointForm(forms.Form):
    """指定评审人。"""

    marks = {"people": "必填"}
    people = forms.TypedMultipleChoiceField(
        label="评审人", required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, people: Sequence[tuple[int, str]], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["people"].choices = list(people)  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """只写理由。"""

    marks = {"reason": "必填"}
    reason = words("理由", "写明事实与依据")


class ConfirmForm(forms.Form):
    """没有要填的,只确认。"""


class DeclareForm(forms.Form):
    """利害关系声明。"""

    marks = {"interest": "必填", "reason": "选填"}
    interest = radios(
        "与项目、投资方有没有利害关系",
        [("no", "无利害关系，参加评审"), ("yes", "有利害关系，回避")],
        "本人或近亲属持股、任职、有债权债务、担任顾问等都算",
    )
    reason = words("说明", "有利害关系的，写明是什么关系", 2)


class ScoreForm(forms.Form):
    """评分:各项指标三栏(分、依据、说明);`hints` 给出怎么打、按数据算出几分。"""

    def __init__(
        self, *args: Any, hints: Sequence[Any], given: Any = None, prefix_field: str = "score",
        **kw: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kw)
        self.hints, self.field_name = hints, prefix_field
        known = {one.indicator: one for one in given or ()}
        for hint in hints:
            one, kept = hint.indicator, known.get(hint.indicator.code)
            self.fields[f"{prefix_field}_{one.code}"] = number(
                one.label, f"/ {one.weight} 分", one.guide
            )
            if prefix_field == "score":
                self.fields[f"evidence_{one.code}"] = words("依据", "哪份材料、哪个数", 1, 500)
            self.fields[f"note_{one.code}"] = words(
                "说明", "与按数据算出的不同时必填" if prefix_field == "score" else "与原分不同时必填", 1, 500
            )  # fmt: skip
            self._start(hint, kept)

    def _start(self, hint: Any, kept: Any) -> None:
        code = hint.indicator.code
        if self.field_name != "score":
            if kept is not None and kept.rechecked is not None:
                self.initial.update({f"recheck_{code}": kept.rechecked, f"note_{code}": kept.recheck_note})  # fmt: skip
        elif kept is not None:
            self.initial.update({
                f"score_{code}": kept.score, f"evidence_{code}": kept.evidence,
                f"note_{code}": kept.note,
            })  # fmt: skip
        elif hint.prefilled is not None:
            self.initial.update(
                {f"score_{code}": hint.prefilled, f"evidence_{code}": "送审单所列数据"}
            )

    @property
    def rows(self) -> list[dict[str, Any]]:
        """各项指标的几栏。"""
        return [
            {
                "hint": hint, "score": self[f"{self.field_name}_{hint.indicator.code}"],
                "evidence": self[f"evidence_{hint.indicator.code}"]
                if f"evidence_{hint.indicator.code}" in self.fields
                else None,
                "note": self[f"note_{hint.indicator.code}"],
            }
            for hint in self.hints
        ]  # fmt: skip

    def filled(self) -> list[tuple[str, Decimal, str, str]]:
        """填了分的各项:(指标, 分, 依据, 说明)。"""
        data, found = self.cleaned_data, []
        for hint in self.hints:
            code = hint.indicator.code
            value = data.get(f"{self.field_name}_{code}")
            if value is not None:
                found.append(
                    (code, value, data.get(f"evidence_{code}", ""), data.get(f"note_{code}", ""))
                )
        return found


class OpinionForm(forms.Form):
    """合规意见。"""

    marks = {"answer": "必填", "reason": "选填"}
    answer = radios("意见", OpinionAnswer.pairs())
    reason = words("说明", "不合规的写明理由，要补充材料的写明缺什么")


class SupplyForm(forms.Form):
    """补充材料。"""

    marks = {"note": "必填", "file": "选填"}
    note = words("补充了什么", "按合规意见逐条对照")
    file = one_file("材料")


class DecideForm(forms.Form):
    """决定:结果、理由、条件、纪要文号。"""

    result = radios("结果", ReviewResult.pairs())
    reasons = words("理由", "否决、有条件、与评分建议不同的必填")

    def __init__(self, *args: Any, minutes: bool = False, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.marks = {"result": "必填", "minutes_number": "必填"}
        for n in range(1, CONDITIONS + 1):
            self.fields[f"condition_text_{n}"] = words(f"条件 {n}：要做到什么", "", 1, 200)
            self.fields[f"condition_by_{n}"] = date_field(label="期限", required=False)
            self.fields[f"condition_evidence_{n}"] = forms.CharField(
                label="凭什么看出做到了", required=False, max_length=200
            )
        if minutes:
            self.fields["minutes_number"] = forms.CharField(
                label="市政府常务会议纪要文号", required=False, max_length=100
            )

    @property
    def conditions(self) -> list[dict[str, Any]]:
        """各个条件的三栏;第一个之外的没填时收起。"""
        return [
            {
                "no": n, "text": self[f"condition_text_{n}"], "by": self[f"condition_by_{n}"],
                "evidence": self[f"condition_evidence_{n}"],
            }
            for n in range(1, CONDITIONS + 1)
        ]  # fmt: skip

    @property
    def more_conditions(self) -> list[dict[str, Any]]:
        """第一个之外的。"""
        return self.conditions[1:]

    def drafts(self) -> tuple[ConditionDraft, ...]:
        """填了的条件。"""
        data = self.cleaned_data
        found = []
        for n in range(1, CONDITIONS + 1):
            text, by = data.get(f"condition_text_{n}", ""), data.get(f"condition_by_{n}")
            proof = data.get(f"condition_evidence_{n}", "")
            if text or by or proof:
                found.append(ConditionDraft(text, by, proof))
        return tuple(found)
