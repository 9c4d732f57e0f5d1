"""视图的表单。"""

from __future__ import annotations

from django import forms

from juyuan.foundation.personal.rules import MAX_NAME


class ViewForm(forms.Form):
    """起名、共享、默认。判断在动作里,这里只收字。"""

    name = forms.CharField(
        label="视图名称", required=False, help_text="写清楚看的是什么，如「本区待核实」",
        widget=forms.TextInput({"autocomplete": "off", "maxlength": MAX_NAME}),
    )  # fmt: skip
    shared = forms.BooleanField(
        label="共享给本单位", required=False,
        help_text="本单位的人都能打开；各人看到的仍是自己看得见的项目",
    )  # fmt: skip
    default = forms.BooleanField(
        label="作为我的默认视图", required=False, help_text="以后打开这个列表先看它"
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    marks = {"name": "必填"}
