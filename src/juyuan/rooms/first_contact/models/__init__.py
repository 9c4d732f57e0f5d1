"""首谈的表。"""

from juyuan.rooms.first_contact.models.checks import CheckLog
from juyuan.rooms.first_contact.models.claims import Claim, ClaimEvent
from juyuan.rooms.first_contact.models.conflicts import Conflict, ConflictParty
from juyuan.rooms.first_contact.models.rulings import ConflictEvidence, Handover, Ruling

__all__ = [
    "CheckLog",
    "Claim",
    "ClaimEvent",
    "Conflict",
    "ConflictEvidence",
    "ConflictParty",
    "Handover",
    "Ruling",
]
