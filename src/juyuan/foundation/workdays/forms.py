"""录入一年放假通知的表单:照通知的写法,一行一段日子。"""

from __future__ import annotations

import re
from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError

from juyuan.foundation.workdays.actions import DayDraft
from juyuan.foundation.workdays.models import DayKind
from juyuan.kernel.period import DateError, parse_date

_RANGE = re.compile(r"\s*(?:至|到|~|—|--)\s*")
MAX_SPAN = 31


class NoticeForm(forms.Form):
    """`off`、`makeup` 每行一段:「2027-10-01 至 2027-10-07 国庆节」或「2027-10-10 国庆节」。"""

    marks = {"year": "必填", "notice": "必填", "off": "必填", "makeup": "选填"}
    year = forms.IntegerField(label="年份", min_value=2000, max_value=2199, required=False)
    notice = forms.CharField(
        label="依据通知", max_length=100, required=False, help_text="文号，如 国办发明电〔2026〕1号"
    )
    off = forms.CharField(
        label="放假",
        required=False,
        max_length=4000,
        strip=False,
        widget=forms.Textarea({"rows": 7}),
        help_text="一行一段：2027-10-01 至 2027-10-07 国庆节",
    )
    makeup = forms.CharField(
        label="调休上班",
        required=False,
        max_length=4000,
        strip=False,
        widget=forms.Textarea({"rows": 7}),
        help_text="一行一天：2027-10-10 国庆节",
    )

    def clean_year(self) -> int:
        year = self.cleaned_data["year"]
        if year is None:
            raise ValidationError("请填写年份")
        return int(year)

    def clean_off(self) -> list[DayDraft]:
        return read_days(self.cleaned_data["off"], DayKind.OFF)

    def clean_makeup(self) -> list[DayDraft]:
        return read_days(self.cleaned_data["makeup"], DayKind.MAKEUP)

    def days(self) -> list[DayDraft]:
        """全部日子,按日期。"""
        found = [*self.cleaned_data["off"], *self.cleaned_data["makeup"]]
        return sorted(found, key=lambda day: day.date)


def read_days(text: str, kind: DayKind) -> list[DayDraft]:
    """逐行读成日子;哪一行读不懂就说哪一行。"""
    found: list[DayDraft] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        dates, _, holiday = _split(line)
        try:
            first, last = (parse_date(part) for part in (dates[0], dates[-1]))
        except DateError as error:
            raise ValidationError(f"第 {number} 行：{error.message}") from None
        if last < first or (last - first).days >= MAX_SPAN:
            raise ValidationError(f"第 {number} 行：起止日期不对，请写成 起 至 止，不超过一个月")
        if not holiday:
            raise ValidationError(f"第 {number} 行：请在日期后面写上节日名称")
        found += [
            DayDraft(first + timedelta(days=i), kind, holiday[:40])
            for i in range((last - first).days + 1)
        ]
    return found


def _split(line: str) -> tuple[list[str], str, str]:
    """「起 至 止 节日」→ ([起, 止], 空白, 节日)。"""
    spaced = _RANGE.sub("至", line.strip())
    dates, gap, holiday = spaced.partition(" ")
    return dates.split("至"), gap, holiday.strip()
