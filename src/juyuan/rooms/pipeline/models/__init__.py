"""五库的表。"""

from juyuan.rooms.pipeline.models.evidence import Evidence, VoidRequest
from juyuan.rooms.pipeline.models.moves import ProjectState, Recognition, StageMove
from juyuan.rooms.pipeline.models.project import (
    Project,
    ProjectHost,
    ProjectListed,
    ProjectParticipant,
    ProjectParty,
)

__all__ = [
    "Evidence",
    "Project",
    "ProjectHost",
    "ProjectListed",
    "ProjectParticipant",
    "ProjectParty",
    "ProjectState",
    "Recognition",
    "StageMove",
    "VoidRequest",
]
