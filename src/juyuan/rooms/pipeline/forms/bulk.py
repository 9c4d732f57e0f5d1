"""批量的表单:每件事要填的几栏。"""

from __future__ import annotations

from typing import Any

from django import forms

from juyuan.foundation.people.visibility import Confidentiality
from juyuan.foundation.ui.fields import date_field
from juyuan.rooms.pipeline.forms.acts import reason_field
from juyuan.rooms.pipeline.forms.choices import Choices
from juyuan.rooms.pipeline.models.project import CONFIDENTIALITY_LABELS
from juyuan.rooms.pipeline.rules.bulk import BulkAct
from juyuan.rooms.pipeline.rules.stages import ClosingReason

BLANK = [("", "请选择")]
PROMISES = ("promised_start_on", "promised_production_on", "promised_capacity_on")


class BulkForm(forms.Form):
    """按要办的事只出那几栏;`values()` 给动作。"""

    def __init__(self, *args: Any, act: BulkAct, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.act, self.choices = act, choices
        getattr(self, f"_{act.value}", self._nothing)()
        self.marks = {
            name: "必填" if field.required else "选填" for name, field in self.fields.items()
        }

    def _choice(self, name: str, label: str, options: Any, hint: str = "") -> None:
        self.fields[name] = forms.ChoiceField(
            label=label, choices=[*BLANK, *options], help_text=hint,
            error_messages={"required": f"请选择{label}"},
        )  # fmt: skip

    def _why(self) -> None:
        self.fields["reason"] = forms.CharField(
            label="说明", required=False, max_length=500, widget=forms.Textarea({"rows": 2}),
            help_text="逐个写进各项目的经过",
        )  # fmt: skip

    def _nothing(self) -> None:
        """没有要填的。"""

    def _lead(self) -> None:
        self._choice("lead_unit", "首谈单位", self.choices.units, "谁对接、谁牵头")
        self._why()

    def _participants(self) -> None:
        self.fields["participants"] = forms.MultipleChoiceField(
            label="参与单位", choices=self.choices.units, widget=forms.SelectMultiple({"size": 8}),
            help_text="在各项目原有的之外加上；按住 Ctrl 可多选",
            error_messages={"required": "请选择参与单位"},
        )  # fmt: skip
        self._why()

    def _node(self) -> None:
        self._choice("node", "环节", self.choices.nodes, "产业链随环节而定")
        self._why()

    def _confidentiality(self) -> None:
        levels = [(c.value, CONFIDENTIALITY_LABELS[c]) for c in Confidentiality]
        self._choice("confidentiality", "密级", levels, "改成限名单的，您自动列入各项目的名单")
        self._why()

    def _promise(self) -> None:
        for name, label in zip(PROMISES, ("承诺开工", "承诺投产", "承诺达效"), strict=True):
            self.fields[name] = date_field(label=label, required=False, help_text="不填即不改")
        self._why()

    def _pause(self) -> None:
        self._choice("reason_code", "事由", ClosingReason.pairs())
        self._resume()

    def _resume(self) -> None:
        self.fields["note"] = reason_field("情况说明", "逐个写进各项目的经过")
        self.fields["fact_on"] = date_field(
            label="事实日", required=False, help_text="实际发生的那一天，缺省今天"
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.act == BulkAct.PROMISE and not any(data.get(name) for name in PROMISES):
            self.add_error(PROMISES[0], "三个承诺日期至少填一个")
        return data

    def values(self) -> dict[str, Any]:
        """清洗后的内容 → 动作的参数。"""
        data, known = self.cleaned_data, self.choices
        if self.act == BulkAct.LEAD:
            return {"lead_unit_id": known.unit_ids[data["lead_unit"]]}
        if self.act == BulkAct.PARTICIPANTS:
            return {"participant_ids": [known.unit_ids[code] for code in data["participants"]]}
        if self.act == BulkAct.NODE:
            chain = known.chain_ids[known.node_chain[data["node"]]]
            return {"node_id": known.node_ids[data["node"]], "chain_id": chain}
        if self.act == BulkAct.PROMISE:
            return {name: data[name] for name in PROMISES if data.get(name)}
        return {name: value for name, value in data.items() if name != "reason"}

    def reason(self) -> str:
        return str(self.cleaned_data.get("reason", "") or self.cleaned_data.get("note", ""))
