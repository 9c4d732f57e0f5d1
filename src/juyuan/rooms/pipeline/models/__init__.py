"""五库的表。"""

from juyuan.rooms.pipeline.models.bulk import BulkLine, BulkRun
from juyuan.rooms.pipeline.models.escalation import (
    Escalation,
    EscalationMember,
    EscalationReport,
)
from juyuan.rooms.pipeline.models.evidence import Evidence, VoidRequest
from juyuan.rooms.pipeline.models.merging import ProjectMerge
from juyuan.rooms.pipeline.models.monthly import MonthClose, MonthlyUpdate, ProgressEvent
from juyuan.rooms.pipeline.models.moves import ProjectState, Recognition, StageMove
from juyuan.rooms.pipeline.models.project import (
    Project,
    ProjectHost,
    ProjectListed,
    ProjectParticipant,
    ProjectParty,
)
from juyuan.rooms.pipeline.models.relations import ProjectRelation
from juyuan.rooms.pipeline.models.supplements import Supplement, SupplementCheck
from juyuan.rooms.pipeline.models.vouchers import (
    Voucher,
    VoucherCase,
    VoucherCheck,
    VoucherFile,
    VoucherKey,
)

__all__ = [
    "BulkLine",
    "BulkRun",
    "Escalation",
    "EscalationMember",
    "EscalationReport",
    "Evidence",
    "MonthClose",
    "MonthlyUpdate",
    "ProgressEvent",
    "Project",
    "ProjectHost",
    "ProjectListed",
    "ProjectMerge",
    "ProjectParticipant",
    "ProjectParty",
    "ProjectRelation",
    "ProjectState",
    "Recognition",
    "StageMove",
    "Supplement",
    "SupplementCheck",
    "VoidRequest",
    "Voucher",
    "VoucherCase",
    "VoucherCheck",
    "VoucherFile",
    "VoucherKey",
]
