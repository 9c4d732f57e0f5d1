"""本室各类对象的门:待办、通知、文件从这里认出谁看得见。由 wiring 登记。"""

from __future__ import annotations

from typing import Any

from juyuan.foundation.files.registry import ObjectDoor
from juyuan.rooms.first_contact.queries import claims, conflicts, duty, log

OBJECTS: dict[str, Any] = {
    "first_contact_check": log,
    claims.OBJ: claims,
    duty.CONFLICT: conflicts,
}
FILES = {
    claims.OBJ: ObjectDoor("首谈登记", claims.can_see_id, claims.present_id),
    duty.EVIDENCE: ObjectDoor("撞单", conflicts.evidence_seen, conflicts.present_evidence),
}
