"""导入的动作:打开、对列、选择、提交、放弃、撤回、核对、关闭期初。"""

from juyuan.foundation.exchange.actions.cases import resolve_case
from juyuan.foundation.exchange.actions.commit import commit
from juyuan.foundation.exchange.actions.downloads import note_download
from juyuan.foundation.exchange.actions.openings import close_opening, reverse_batch
from juyuan.foundation.exchange.actions.preview import (
    LARGE,
    abandon,
    judge_batch,
    open_batch,
    remap,
)
from juyuan.foundation.exchange.actions.settle import Settlement, settle
from juyuan.foundation.exchange.actions.shared import OpeningPaper

__all__ = [
    "LARGE",
    "OpeningPaper",
    "Settlement",
    "abandon",
    "close_opening",
    "commit",
    "judge_batch",
    "note_download",
    "open_batch",
    "remap",
    "resolve_case",
    "reverse_batch",
    "settle",
]
