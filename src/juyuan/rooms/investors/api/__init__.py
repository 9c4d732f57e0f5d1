"""投资方的接口。"""

from juyuan.rooms.investors.api.routes import router

__all__ = ["router"]
