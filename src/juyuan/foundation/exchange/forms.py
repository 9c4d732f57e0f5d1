"""导入的表单:上传、理由、核对结论。"""

from __future__ import annotations

from typing import Any

from django import forms

from juyuan.foundation.exchange.actions import OpeningPaper
from juyuan.foundation.exchange.kinds import ImportKind
from juyuan.foundation.exchange.scan import ACCEPTED
from juyuan.foundation.files.rules import STATEMENT
from juyuan.foundation.ui.fields import date_field

ACCEPT = ",".join(f".{suffix}" for suffix in ACCEPTED)


class UploadForm(forms.Form):
    """选种类、选文件;期初批次另填依据。"""

    kind = forms.ChoiceField(label="导入什么")
    file = forms.FileField(label="台账文件", widget=forms.ClearableFileInput({"accept": ACCEPT}))
    clear = forms.BooleanField(label="我已确认文件不涉及国家秘密")
    opening = forms.BooleanField(label="这是期初批次（系统启用时的存量）", required=False)
    paper_number = forms.CharField(label="依据文件的文号", max_length=80, required=False)
    paper_date = date_field(label="依据文件的日期", required=False)
    paper_file = forms.FileField(label="依据文件扫描件", required=False)
    marks = {"kind": "必填", "file": "必填", "clear": "必填"}
    statement = STATEMENT

    def __init__(self, kinds: list[ImportKind], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = {kind.name: kind for kind in kinds}
        self.fields["kind"].choices = [(kind.name, kind.label) for kind in kinds]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind = self.kinds.get(data.get("kind", ""))
        if kind is None:
            return data
        wants_paper = data.get("opening") or kind.paper_required
        if wants_paper:
            for name in ("paper_number", "paper_date"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, "期初批次要写明依据文件的文号和日期。")
        if data.get("opening") and not kind.opening_allowed:
            self.add_error("opening", f"{kind.label}不能作为期初批次导入。")
        return data

    def paper(self) -> OpeningPaper | None:
        """期初批次的依据;不是期初批次则 None。"""
        data = self.cleaned_data
        if not (data["opening"] or self.kinds[data["kind"]].paper_required):
            return None
        scan = data.get("paper_file")
        return OpeningPaper(
            number=data["paper_number"].strip(),
            on=data["paper_date"],
            name=scan.name if scan else "",
            stream=scan.file if scan else None,
        )


class ReasonForm(forms.Form):
    """撤回、关闭期初:要理由。"""

    reason = forms.CharField(label="理由", max_length=1000, widget=forms.Textarea({"rows": 3}))
    marks = {"reason": "必填"}


class CaseForm(forms.Form):
    """核对看不见的重合。"""

    same = forms.ChoiceField(
        label="核对结论",
        choices=[("yes", "同一个：这一行不再导入"), ("no", "另一个：导入人可以提交这一行")],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="依据", max_length=1000, widget=forms.Textarea({"rows": 3}))
    marks = {"same": "必填", "note": "必填"}


class SettleForm(forms.Form):
    """一行存疑的选择:选一种归属,或给有几种读法的格子各选一种。"""

    def __init__(
        self,
        options: list[tuple[str, str]],
        readings: list[tuple[str, str, list[tuple[str, str]]]],
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.reading_names = [name for name, _, _ in readings]
        for name, label, choices in readings:
            self.fields[f"reading_{name}"] = forms.ChoiceField(
                label=f"{label}怎么读", choices=choices, widget=forms.RadioSelect
            )
        if options:
            self.fields["choice"] = forms.ChoiceField(
                label="这一行是", choices=options, widget=forms.RadioSelect
            )

    def readings(self) -> dict[str, str]:
        return {name: self.cleaned_data[f"reading_{name}"] for name in self.reading_names}
