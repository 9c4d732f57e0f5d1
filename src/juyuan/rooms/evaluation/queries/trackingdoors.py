"""履约跟踪各类对象的门、通知的种类。由 wiring 登记。"""

from __future__ import annotations

from typing import Any

from juyuan.foundation.files.registry import ObjectDoor
from juyuan.foundation.notices.registry import MAIL, ROBOT, NoticeKind
from juyuan.rooms.evaluation.queries import breaches, letters, promises

OBJECTS: dict[str, Any] = {
    promises.OBJ: promises, breaches.OBJ: breaches, letters.OBJ: letters,
}  # fmt: skip
LABELS = {promises.OBJ: "承诺", breaches.OBJ: "违约", letters.OBJ: "函"}
FILES = {
    promises.OBJ: ObjectDoor("承诺", promises.can_see_id, promises.present_id),
    letters.OBJ: ObjectDoor("函", letters.can_see_id, letters.present_id),
}
NOTICES = {
    "evaluation.debt_owed": "政府先行事项未办到",
    "evaluation.letter_issued": "函已印发",
    "evaluation.letter_closed": "函已了结",
}


def notice_kinds() -> list[NoticeKind]:
    """登记的通知。"""
    return [NoticeKind(name, label, "3.4c", (MAIL, ROBOT)) for name, label in NOTICES.items()]
