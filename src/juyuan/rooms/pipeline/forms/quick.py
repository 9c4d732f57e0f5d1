"""一格的表单:与项目表单同一个字段、同一套记号,只取这一格。"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

from django import forms

from juyuan.foundation.ui.fields import check_unknown
from juyuan.rooms.pipeline.forms.choices import Choices
from juyuan.rooms.pipeline.forms.project import BLANK, MarkOf, ProjectForm
from juyuan.rooms.pipeline.rules.amounts import Unknown
from juyuan.rooms.pipeline.rules.drafts import ProjectDraft

# 表格的列 → 项目表单的字段(第一个是主栏)
FIELDS: dict[str, tuple[str, ...]] = {
    "lead": ("lead_unit",),
    "node": ("node",),
    "location": ("location",),
    "total": ("total_investment", "total_investment_unknown"),
    "promised_start": ("promised_start_on",),
    "promised_production": ("promised_production_on",),
    "promised_capacity": ("promised_capacity_on",),
}
REOPEN = "这一格打开得不完整，请取消后重新点开"


class CellForm(forms.Form):
    """就地改的一格。`version`、`base` 是打开时的版本与内容。"""

    version = forms.IntegerField(widget=forms.HiddenInput, error_messages={"required": REOPEN})
    base = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, cell: str, choices: Choices, mark_of: MarkOf, **kw: Any) -> None:
        kw["auto_id"] = "cell_%s"
        super().__init__(*args, **kw)
        self.choices, self.names = choices, FIELDS[cell]
        for name in self.names:
            self.fields[name] = deepcopy(ProjectForm.base_fields[name])
        offered: dict[str, Any] = {"lead_unit": choices.units, "node": choices.nodes}
        if self.main in offered:
            self.fields[self.main].choices = BLANK + offered[self.main]  # type: ignore[attr-defined]
        self.marks = {self.main: mark_of(self.main)}

    @property
    def main(self) -> str:
        return self.names[0]

    @property
    def control(self) -> forms.BoundField:
        return self[self.main]

    @property
    def unknown(self) -> forms.BoundField | None:
        """总投资旁的「不便透露/待定」。"""
        return self[self.names[1]] if len(self.names) > 1 else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.main not in self.data:
            self.add_error(None, REOPEN)
        if len(self.names) > 1:
            check_unknown(self, *self.names)
        return data

    def draft(self, current: ProjectDraft) -> ProjectDraft:
        """现状只换这一格。"""
        data, choices = self.cleaned_data, self.choices
        if self.main == "lead_unit":
            return replace(current, lead_unit_id=choices.unit_ids.get(data["lead_unit"]))
        if self.main == "node":
            node = data["node"]
            chain = choices.chain_ids[choices.node_chain[node]] if node else current.chain_id
            return replace(current, node_id=choices.node_ids.get(node), chain_id=chain)
        changes = {name: data[name] for name in self.names}
        if len(self.names) > 1:
            changes[self.names[1]] = Unknown(data[self.names[1]])
        return replace(current, **changes)


def initial_of(cell: str, draft: ProjectDraft, choices: Choices) -> dict[str, Any]:
    """这一格现在的值。"""
    if cell == "lead":
        return {"lead_unit": choices.unit_code(draft.lead_unit_id)}
    if cell == "node":
        return {"node": choices.node_code(draft.node_id)}
    return {name: getattr(draft, name) for name in FIELDS[cell]}
