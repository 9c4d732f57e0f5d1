"""促进会议的表。"""

from juyuan.rooms.council.models.items import (
    ActionItem,
    ActionStep,
    Problem,
    ProblemStep,
)
from juyuan.rooms.council.models.meetings import AgendaItem, Decision, Meeting, Seat

__all__ = [
    "ActionItem",
    "ActionStep",
    "AgendaItem",
    "Decision",
    "Meeting",
    "Problem",
    "ProblemStep",
    "Seat",
]
