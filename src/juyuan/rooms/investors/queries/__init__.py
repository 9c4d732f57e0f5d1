"""读:可见范围、列表、详情、查重。"""

from juyuan.rooms.investors.queries.detail import register_link, register_projects
from juyuan.rooms.investors.queries.scope import (
    door,
    own_units,
    register_hiding,
    register_visibility,
    sees,
    visible_ids,
    visible_to,
)

__all__ = [
    "door",
    "own_units",
    "register_hiding",
    "register_link",
    "register_projects",
    "register_visibility",
    "sees",
    "visible_ids",
    "visible_to",
]
