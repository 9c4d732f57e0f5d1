"""项目的接口:与网页同一批查询、同一批动作。"""

from juyuan.rooms.pipeline.api import escalations, merging, relations, supplements, voids, vouchers
from juyuan.rooms.pipeline.api.routes import router

__all__ = ["escalations", "merging", "relations", "router", "supplements", "voids", "vouchers"]
