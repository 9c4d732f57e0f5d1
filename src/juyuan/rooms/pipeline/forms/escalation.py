"""提级的小表单:召集人、专班、方案、报告、办结。判断在 rules.escalation。"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from juyuan.rooms.pipeline.forms.acts import reason_field
from juyuan.rooms.pipeline.forms.vouchers import FILE_HELP
from juyuan.rooms.pipeline.rules.escalation import TASK_LIMIT, TEXT_LIMIT, ReportDraft


def _text(label: str, hint: str, rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=TEXT_LIMIT, help_text=hint,
        widget=forms.Textarea({"rows": rows}),
    )  # fmt: skip


class ConvenerForm(forms.Form):
    convener = forms.ChoiceField(label="召集人", error_messages={"required": "请选一位召集人"})

    def __init__(self, *args: Any, people: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["convener"].choices = [  # type: ignore[attr-defined]
            ("", "请选择"), *((str(pk), name) for pk, name in people),
        ]  # fmt: skip
        self.marks = {"convener": "必填"}


class TeamForm(forms.Form):
    """一次加一员,或去掉几员。"""

    unit = forms.ChoiceField(label="加入单位", required=False)
    person = forms.ChoiceField(label="人员", required=False)
    task = forms.CharField(label="分工", required=False, max_length=TASK_LIMIT)
    remove = forms.MultipleChoiceField(
        label="去掉", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self,
        *args: Any,
        units: Iterable[tuple[str, str]],
        people: Iterable[Any],
        members: Iterable[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [("", "请选择"), *units]  # type: ignore[attr-defined]
        self.fields["person"].choices = [("", "不指定"), *people]  # type: ignore[attr-defined]
        kept = list(members)
        self.fields["remove"].choices = kept  # type: ignore[attr-defined]
        if not kept:
            del self.fields["remove"]
        self.marks = dict.fromkeys(("unit", "person", "task"), "选填")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("unit") and not data.get("remove") and not self.errors:
            self.add_error("unit", "请选择要加入的单位，或勾选要去掉的成员")
        return data


class PlanForm(forms.Form):
    plan = _text("工作方案", "目标、时限、各单位做什么", 6)
    file = forms.FileField(
        label="方案文件", required=False, help_text=FILE_HELP,
        error_messages={"empty": "文件是空的（0 字节）"},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.marks = {"plan": "必填", "file": "选填"}


class ReportForm(forms.Form):
    progress = _text("进展情况", "上次报告以来办成了什么")
    problem = _text("存在问题", "要哪个单位、哪一级协调什么；没有可不写")
    next_step = _text("下步打算", "下一期之前办到哪一步")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.marks = {"progress": "必填", "problem": "选填", "next_step": "选填"}

    def draft(self) -> ReportDraft:
        """清洗后的内容 → 草稿。"""
        data = self.cleaned_data
        return ReportDraft(data["progress"], data["problem"], data["next_step"])


class CloseForm(forms.Form):
    reason = reason_field("办结的理由", "如已开工投产、已终止")
