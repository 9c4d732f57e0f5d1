"""促进会议的接口。"""

from juyuan.rooms.council.api import items, meetings  # noqa: F401
from juyuan.rooms.council.api.base import actions_router, meetings_router, problems_router

__all__ = ["actions_router", "meetings_router", "problems_router"]
