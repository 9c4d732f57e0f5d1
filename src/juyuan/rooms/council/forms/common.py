"""各表单共用的栏。"""

from __future__ import annotations

from typing import Any

from django import forms

from juyuan.foundation.people.models import Unit
from juyuan.rooms.council.rules.agenda import REASON_LIMIT

FILE_HELP = "PDF、OFD、图片、Word、Excel；不得上传涉密文件"


def reason_field(label: str, hint: str = "", limit: int = REASON_LIMIT) -> forms.CharField:
    """一段话。"""
    return forms.CharField(
        label=label, required=False, max_length=limit, help_text=hint,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip


def unit_choices() -> list[tuple[str, str]]:
    """在用的单位:(编号, 名称)。一次取好,各行同用。"""
    rows = Unit.objects.filter(disabled_on__isnull=True).exclude(kind="enterprise")
    return [(str(u.pk), str(u)) for u in rows.order_by("order", "code")]


def unit_field(label: str, choices: list[tuple[str, str]], hint: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, required=False, help_text=hint, choices=[("", "请选择"), *choices]
    )


def number_of(value: Any) -> int | None:
    """选中的编号;没选为空。"""
    return int(value) if value else None


class VersionForm(forms.Form):
    """只带版本。"""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
