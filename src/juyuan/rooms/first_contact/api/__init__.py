"""首谈的接口:与网页同一批查询、同一批动作。次序要紧:带编号的网址最后登记。"""

from juyuan.rooms.first_contact.api import acts, checking, conflicts, register  # noqa: F401
from juyuan.rooms.first_contact.api.base import router

__all__ = ["router"]
