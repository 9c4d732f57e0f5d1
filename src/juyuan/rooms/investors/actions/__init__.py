"""投资方的写。"""

from juyuan.rooms.investors.actions.ensure import ensure_investors

__all__ = ["ensure_investors"]
