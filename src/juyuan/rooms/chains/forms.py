"""表单:登记与移出本地企业、任命链长与服务秘书。"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from juyuan.foundation.ui.fields import date_field
from juyuan.rooms.chains.rules import PostKind


class EnterpriseForm(forms.Form):
    """登记一家本地企业。"""

    name = forms.CharField(label="企业名称", max_length=100)
    node = forms.ChoiceField(label="所在环节")
    is_anchor = forms.BooleanField(label="龙头企业", required=False)
    note = forms.CharField(label="说明", max_length=200, required=False)
    marks = {"name": "必填", "node": "必填", "is_anchor": "选填", "note": "选填"}

    def __init__(self, nodes: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["node"].choices = [("", "请选择"), *nodes]  # type: ignore[attr-defined]


class RetireForm(forms.Form):
    """移出一家本地企业。"""

    reason = forms.CharField(
        label="理由", max_length=500, widget=forms.Textarea({"rows": 3}), required=False
    )
    marks = {"reason": "必填"}


class AppointForm(forms.Form):
    """任命链长或服务秘书:从在任人员里选(连同其任职单位)。"""

    kind = forms.ChoiceField(label="职务", choices=PostKind.pairs())
    post = forms.ChoiceField(label="人员")
    starts_on = date_field(label="起任日")
    marks = {"kind": "必填", "post": "必填", "starts_on": "必填"}

    def __init__(self, posts: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].choices = [("", "请选择"), *posts]  # type: ignore[attr-defined]
