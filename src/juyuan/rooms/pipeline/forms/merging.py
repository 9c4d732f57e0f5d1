"""合并项目的表单:选留下的一个;看过计划之后勾选要补的、写理由。判断在 rules.merging。"""

from __future__ import annotations

from typing import Any

from django import forms

from juyuan.rooms.pipeline.forms.acts import reason_field
from juyuan.rooms.pipeline.rules.merging import MergePlan


class TargetForm(forms.Form):
    """选留下的一个。"""

    marks = {"target": "必填"}
    target = forms.CharField(
        label="留下的一个的编号",
        max_length=20,
        required=False,
        help_text="在那一个项目的页面标题上方，形如 LY-8J4KQ2MN",
    )


class MergeForm(forms.Form):
    """确认合并:带着看计划时两边的版本。"""

    marks = {"reason": "必填", "fills": "选填"}
    target = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)
    source_version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    target_version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    fills = forms.MultipleChoiceField(
        label="留下的一个空着的，由并入的补上",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = reason_field(
        "为什么认定是同一个项目", "并入的一方看得到理由：不要写留下的一个的内容", required=False
    )

    def __init__(self, *args: Any, plan: MergePlan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fills"].choices = [  # type: ignore[attr-defined]
            (fill.name, f"{fill.label}：{fill.said[:80]}") for fill in plan.fills
        ]
        if not plan.fills:
            del self.fields["fills"]


class UndoForm(forms.Form):
    """撤销合并:只问理由。"""

    marks = {"reason": "必填"}
    reason = reason_field("为什么撤销", required=False)
