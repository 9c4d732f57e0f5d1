"""写:登记、修改、别名、联系人、核对重合、合并与撤销。"""

from juyuan.rooms.investors.actions.cases import settle_case
from juyuan.rooms.investors.actions.edit import edit_investor
from juyuan.rooms.investors.actions.keys import write_match_keys, write_match_keys_many
from juyuan.rooms.investors.actions.merge import merge, plan, undo_merge
from juyuan.rooms.investors.actions.register import ensure_investors, register_investor
from juyuan.rooms.investors.actions.related import (
    add_alias,
    add_contact,
    remove_alias,
    remove_contact,
)

__all__ = [
    "add_alias",
    "add_contact",
    "edit_investor",
    "ensure_investors",
    "merge",
    "plan",
    "register_investor",
    "remove_alias",
    "remove_contact",
    "settle_case",
    "undo_merge",
    "write_match_keys",
    "write_match_keys_many",
]
