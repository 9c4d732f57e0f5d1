"""系统管理的表单:人员与账号、单位、任职、停用、调离。"""

from __future__ import annotations

from typing import Any

from django import forms

from juyuan.foundation.people.models import Person, Role, Unit, UnitKind
from juyuan.foundation.people.rules import UnitDraft, fold_username, username_findings
from juyuan.foundation.ui.fields import date_field

BLANK = [("", "请选择")]


def unit_choices(*, blank: str = "请选择") -> list[tuple[str, str]]:
    """在用单位,按树的次序;下级缩进显示。"""
    units = Unit.objects.filter(disabled_on__isnull=True).order_by("path")
    return [("", blank)] + [
        (unit.code, "　" * (unit.path.count("/") - 2) + unit.name) for unit in units
    ]


class NewPersonForm(forms.Form):
    """登记人员,同时建账号。"""

    name = forms.CharField(label="姓名", max_length=50)
    username = forms.CharField(
        label="账号",
        max_length=60,
        help_text="以字母开头，用字母、数字、点、下划线、连字符；建后不能改，也不会再发给别人",
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none"}),
    )
    marks = {"name": "必填", "username": "必填"}

    def clean_username(self) -> str:
        username = fold_username(self.cleaned_data["username"])
        for finding in username_findings(username):
            raise forms.ValidationError(finding.message)
        return username


class EditPersonForm(forms.Form):
    name = forms.CharField(label="姓名", max_length=50)
    disabled_on = date_field(
        label="离任日", required=False, help_text="自这一天起不能登录；任职由安全管理员收回"
    )
    marks = {"name": "必填", "disabled_on": "选填"}


class ReasonForm(forms.Form):
    """办事前要写的理由。"""

    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea({"rows": 2}))
    marks = {"reason": "必填"}


class GrantForm(forms.Form):
    """授予任职。"""

    unit = forms.ChoiceField(label="单位")
    role = forms.ChoiceField(label="角色", choices=[*BLANK, *Role.choices])
    title = forms.CharField(label="职务", max_length=60, required=False, help_text="空着则显示角色")
    starts_on = date_field(label="起任日")
    ends_on = date_field(label="止任日", required=False, help_text="当日仍在任；空着 = 至今")
    marks = {
        "unit": "必填",
        "role": "必填",
        "title": "选填",
        "starts_on": "必填",
        "ends_on": "选填",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = unit_choices()  # type: ignore[attr-defined]


class EndPostForm(ReasonForm):
    ends_on = date_field(label="止任日", help_text="当日仍在任")
    field_order = ["ends_on", "reason"]
    marks = {"ends_on": "必填", "reason": "必填"}


class UnitForm(forms.Form):
    """登记或修改单位。"""

    name = forms.CharField(label="单位名称", max_length=100)
    code = forms.CharField(
        label="单位代码", max_length=60, help_text="小写字母、数字、连字符、下划线；建后不能改"
    )
    short_name = forms.CharField(label="简称", max_length=40, required=False)
    kind = forms.ChoiceField(label="单位类别", choices=[*BLANK, *UnitKind.choices])
    parent = forms.ChoiceField(label="上级单位", required=False)
    function = forms.CharField(
        label="职能代码",
        max_length=40,
        required=False,
        help_text="程序据此认职能，如 commerce 商务、development 发展改革",
    )
    adcode = forms.CharField(label="区划代码", max_length=12, required=False)
    aliases = forms.CharField(
        label="别名", max_length=300, required=False, help_text="几个之间用顿号；导入时据此认单位"
    )
    is_county = forms.BooleanField(label="可作承载地（县区级）", required=False)
    disabled_on = date_field(label="停用日", required=False)
    marks = {"name": "必填", "code": "必填", "kind": "必填"}

    def __init__(self, *args: Any, known: Unit | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].choices = unit_choices(blank="（没有上级）")  # type: ignore[attr-defined]
        if known is not None:
            del self.fields["code"]
        else:
            del self.fields["disabled_on"]

    def draft(self, code: str = "") -> UnitDraft:
        data = self.cleaned_data
        return UnitDraft(
            code=code or data["code"].strip(),
            name=data["name"].strip(),
            kind=data["kind"],
            short_name=data["short_name"].strip(),
            function=data["function"].strip(),
            parent=data["parent"],
            adcode=data["adcode"].strip(),
            is_county=data["is_county"],
            origin="录入",
            aliases=tuple(part.strip() for part in data["aliases"].split("、") if part.strip()),
            disabled_on=data.get("disabled_on"),
        )


class LeaveForm(ReasonForm):
    """人员调离。"""

    successor = forms.ChoiceField(label="接手人")
    on = date_field(label="止任日", help_text="当日仍在任")
    field_order = ["successor", "on", "reason"]
    marks = {"successor": "必填", "on": "必填", "reason": "必填"}

    def __init__(self, *args: Any, colleagues: list[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["successor"].choices = [  # type: ignore[attr-defined]
            *BLANK,
            *((person.code, person.name) for person in colleagues),
        ]
