"""交办、难题的表单。"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from juyuan.foundation.ui.fields import date_field
from juyuan.rooms.council.forms.common import (
    FILE_HELP,
    VersionForm,
    number_of,
    reason_field,
    unit_field,
)
from juyuan.rooms.council.rules.items import TEXT_LIMIT
from juyuan.rooms.council.rules.problems import ProblemDraft


class ReasonForm(VersionForm):
    """只写理由。"""

    marks = {"reason": "必填"}
    reason = reason_field("理由", "写明事实")


class ReportForm(VersionForm):
    """报进展、报结:写一段,附凭据。"""

    text = reason_field("进展", "做了什么、到哪一步、还差什么", TEXT_LIMIT)
    file = forms.FileField(
        label="凭据", required=False, help_text=FILE_HELP,
        error_messages={"empty": "文件是空的（0 字节）"},
    )  # fmt: skip

    def __init__(self, *args: Any, final: bool = False, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.marks = {"text": "必填", "file": "必填" if final else "选填"}
        if final:
            self.fields["text"].label = "办理结果"
            self.fields["text"].help_text = "办成了什么，凭据是哪一份"


class ExtensionForm(VersionForm):
    """申请延期。"""

    marks = {"due_on": "必填", "reason": "必填"}
    due_on = date_field(label="延到哪天", required=False)
    reason = reason_field("延期的理由", "为什么按期办不完")


class CloseForm(VersionForm):
    """同意的一步:话可以不写。"""

    marks = {"text": "选填"}
    text = reason_field("说明", "", TEXT_LIMIT)


class ProblemForm(forms.Form):
    """提难题。"""

    marks = {"kind": "必填", "text": "必填", "wanted": "必填", "owner_unit": "选填"}
    kind = forms.ChoiceField(label="难题类别", required=False)
    text = reason_field("难在哪里", "卡在哪一步、缺什么、影响什么", TEXT_LIMIT)
    wanted = reason_field("希望怎样解决", "请哪个单位做什么、什么时候之前", TEXT_LIMIT)

    def __init__(
        self, *args: Any, kinds: Sequence[tuple[str, str]], units: list[tuple[str, str]], **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "请选择"), *kinds]
        self.fields["owner_unit"] = unit_field("建议承办单位", units, "不清楚可以不选，由会议定")

    def draft(self) -> ProblemDraft:
        data = self.cleaned_data
        return ProblemDraft(
            data["kind"], data["text"], data["wanted"], number_of(data["owner_unit"])
        )
