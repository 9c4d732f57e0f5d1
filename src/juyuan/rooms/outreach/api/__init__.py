"""线索的接口。"""

from juyuan.rooms.outreach.api import acts  # noqa: F401
from juyuan.rooms.outreach.api.routes import router

__all__ = ["router"]
