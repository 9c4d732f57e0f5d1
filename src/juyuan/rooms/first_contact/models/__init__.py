"""首谈的表。"""

from juyuan.rooms.first_contact.models.checks import CheckLog
from juyuan.rooms.first_contact.models.claims import Claim, ClaimEvent
from juyuan.rooms.first_contact.models.conflicts import Conflict, ConflictParty

__all__ = ["CheckLog", "Claim", "ClaimEvent", "Conflict", "ConflictParty"]
