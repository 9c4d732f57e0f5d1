"""判定项目关系的表单。判断在 actions.relations。"""

from __future__ import annotations

from typing import Any

from django import forms

from juyuan.rooms.pipeline.forms.acts import reason_field
from juyuan.rooms.pipeline.rules.relations import RelationKind, RelationState

CONFIRM, DISMISS, REVOKE = "confirm", "dismiss", "revoke"


class RelationForm(forms.Form):
    """属实(定类别)、不属实(写理由);已判定属实的,只能撤销(写理由)。"""

    verdict = forms.ChoiceField(
        label="判定", widget=forms.RadioSelect, error_messages={"required": "请选择判定"}
    )
    kind = forms.ChoiceField(label="关系类别", choices=RelationKind.pairs(), required=False)
    reason = reason_field("理由", "不属实、撤销判定的须写明", required=False)

    def __init__(self, *args: Any, state: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        settled = state == RelationState.CONFIRMED
        self.fields["verdict"].choices = (  # type: ignore[attr-defined]
            [(REVOKE, "撤销判定")]
            if settled
            else [(CONFIRM, "属实，按这一类只计一次"), (DISMISS, "不属实，两个都计")]
        )
        if settled:
            del self.fields["kind"]
        self.marks = {"verdict": "必填", "reason": "选填"}
