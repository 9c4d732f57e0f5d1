"""产业链的动作:装载城市包、维护本地企业、任命链长与服务秘书、导入行业分类。"""

from juyuan.rooms.chains.actions.appoint import appoint
from juyuan.rooms.chains.actions.enterprises import register_enterprise, retire_enterprise
from juyuan.rooms.chains.actions.industries import put_codes
from juyuan.rooms.chains.actions.load import load_pack_chains
from juyuan.rooms.chains.actions.sync import Loaded

__all__ = [
    "Loaded",
    "appoint",
    "load_pack_chains",
    "put_codes",
    "register_enterprise",
    "retire_enterprise",
]
