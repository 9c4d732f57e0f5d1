"""促进会议的表单。"""

from juyuan.rooms.council.forms.common import VersionForm
from juyuan.rooms.council.forms.deciding import AssignForm, DecisionForm
from juyuan.rooms.council.forms.items import (
    CloseForm,
    ExtensionForm,
    ProblemForm,
    ReasonForm,
    ReportForm,
)
from juyuan.rooms.council.forms.meetings import AttendanceForm, ItemForm, MeetingForm

__all__ = [
    "AssignForm",
    "AttendanceForm",
    "CloseForm",
    "DecisionForm",
    "ExtensionForm",
    "ItemForm",
    "MeetingForm",
    "ProblemForm",
    "ReasonForm",
    "ReportForm",
    "VersionForm",
]
