"""会议、议题、到会的表单。"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from juyuan.foundation.ui.fields import date_field
from juyuan.rooms.council.actions.meetings import Mark, ObserverDraft
from juyuan.rooms.council.forms.common import VersionForm, number_of, unit_field
from juyuan.rooms.council.models import Seat
from juyuan.rooms.council.rules.meetings import (
    PLACE_LIMIT,
    TITLE_LIMIT,
    Attendance,
    MeetingDraft,
    SeatKind,
)


class MeetingForm(VersionForm):
    """筹备、修改会议。"""

    marks = {
        "held_on": "必填", "starts_at": "必填", "place": "必填", "chair": "必填",
        "secretary": "选填", "title": "选填",
    }  # fmt: skip
    held_on = date_field(label="开会日期", required=False)
    starts_at = forms.TimeField(
        label="开会时间", required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "时间读不懂，请写成 14:00"},
    )  # fmt: skip
    place = forms.CharField(label="开会地点", required=False, max_length=PLACE_LIMIT)
    chair = forms.ChoiceField(label="主持", required=False)
    secretary = forms.ChoiceField(label="记录", required=False)
    title = forms.CharField(
        label="会议名称", required=False, max_length=TITLE_LIMIT,
        help_text="不写就用：某年第几次招商引资服务促进会议",
    )  # fmt: skip

    def __init__(
        self, *args: Any, chairs: Sequence[tuple[int, str]], staff: Sequence[tuple[int, str]],
        **kw: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kw)
        for name, rows in (("chair", chairs), ("secretary", staff)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "请选择"), *((str(pk), said) for pk, said in rows)]

    def draft(self) -> MeetingDraft:
        data = self.cleaned_data
        return MeetingDraft(
            held_on=data.get("held_on"), starts_at=data.get("starts_at"), place=data["place"],
            chair_id=number_of(data["chair"]), secretary_id=number_of(data["secretary"]),
            title=data["title"],
        )  # fmt: skip


class ItemForm(forms.Form):
    """人工添加议题。"""

    marks = {"title": "必填", "why": "选填", "unit": "选填", "minutes": "选填"}
    title = forms.CharField(label="议题", required=False, max_length=200)
    why = forms.CharField(label="为何上会", required=False, max_length=300)
    minutes = forms.IntegerField(
        label="预计分钟", required=False, min_value=1, max_value=240, initial=10
    )

    def __init__(self, *args: Any, units: list[tuple[str, str]], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["unit"] = unit_field("汇报单位", units)
        self.order_fields(["title", "why", "unit", "minutes"])


class AttendanceForm(forms.Form):
    """到会登记:一个席位一行,另加一位列席的。"""

    observer_name = forms.CharField(label="列席人", required=False, max_length=60)
    observer_title = forms.CharField(label="列席人职务", required=False, max_length=60)

    def __init__(self, *args: Any, seats: Sequence[Seat], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.seats = [s for s in seats if s.kind != SeatKind.OBSERVER]
        for seat in self.seats:
            who = str(seat.unit) if seat.unit else seat.name
            choices = [
                (a.value, a.label)
                for a in Attendance
                if not (seat.kind == SeatKind.CONVENER and a == Attendance.DELEGATE)
            ]
            self.fields[f"seat_{seat.pk}"] = forms.ChoiceField(
                label=f"{who}到会情况", choices=choices, initial=seat.attendance
            )
            self.fields[f"by_{seat.pk}"] = forms.CharField(
                label=f"{who}来的是谁", required=False, max_length=60,
                initial=seat.attended_by or seat.name,
            )  # fmt: skip
            self.fields[f"note_{seat.pk}"] = forms.CharField(
                label=f"{who}事由", required=False, max_length=200, initial=seat.note
            )

    def rows(self) -> list[dict[str, Any]]:
        """一行三格,供模板。"""
        return [
            {
                "seat": seat, "attendance": self[f"seat_{seat.pk}"], "by": self[f"by_{seat.pk}"],
                "note": self[f"note_{seat.pk}"],
            }
            for seat in self.seats
        ]  # fmt: skip

    def marks_given(self) -> dict[int, Mark]:
        data = self.cleaned_data
        return {
            s.pk: Mark(
                Attendance(data[f"seat_{s.pk}"]),
                data[f"by_{s.pk}"]
                if data[f"seat_{s.pk}"] in (Attendance.PRESENT, Attendance.DELEGATE)
                else "",
                data[f"note_{s.pk}"],
            )
            for s in self.seats
        }

    def observers(self) -> tuple[ObserverDraft, ...]:
        data = self.cleaned_data
        if not data["observer_name"] and not data["observer_title"]:
            return ()
        return (ObserverDraft(data["observer_name"], title=data["observer_title"]),)
