"""与看不见的项目重合的几种事,各怎么说:凭证号、凭证文件、证据文件、项目名称。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from juyuan.rooms.pipeline.rules.vouchers import KeyKind, VoucherCaseState

NAME = "name"  # 新登记的项目与看不见的同名


@dataclass(frozen=True)
class Clash:
    """一种重合的叫法:名目、吻合之处、两种结论及各自的后果。"""

    title: str
    point: str
    same: str
    different: str
    choose_same: str
    choose_different: str
    consequences: tuple[str, str]

    def said(self, state: VoucherCaseState) -> str:
        """核对结果的说法。"""
        words = {VoucherCaseState.SAME: self.same, VoucherCaseState.DIFFERENT: self.different}
        return words.get(state, state.label)


VOUCHER = Clash(
    "凭证重合", "凭证号", "同一张凭证", "不是同一张",
    "同一张凭证，维持退回", "不是同一张，准予登记",
    (
        "「同一张凭证」：维持退回，那边登记的不变",
        "「不是同一张」：申报单位可以再次登记这个凭证号",
    ),
)  # fmt: skip
VOUCHER_FILE = Clash(
    "凭证文件重合", "凭证文件", "同一份文件", "不是同一份",
    "同一份文件，维持退回", "不是同一份（逐字节相同的不能这样核）",
    (
        "「同一份文件」：维持退回，那边登记的不变；申报单位要另附自己的凭证",
        "逐字节相同的文件就是同一份，不能核为「不是同一份」",
    ),
)  # fmt: skip
EVIDENCE_FILE = Clash(
    "证据文件重合", "证据文件", "同一份文件", "不是同一份",
    "同一份文件，请申报单位另附证据", "不是同一份（逐字节相同的不能这样核）",
    (
        "「同一份文件」：证据已收下，不自动作废；认为不能用在两个项目上的，请通知申报单位作废并另附",
        "逐字节相同的文件就是同一份，不能核为「不是同一份」",
    ),
)  # fmt: skip
SAME_NAME = Clash(
    "项目同名", "项目名称", "同一个项目", "另一个项目",
    "同一个项目，请申报单位作废重复登记的一个", "另一个项目，两边都保留",
    (
        "「同一个项目」：系统不自动作废，请通知申报单位作废重复登记的一个",
        "「另一个项目」：两边都不变，各计各的",
    ),
)  # fmt: skip
KINDS = (VOUCHER, VOUCHER_FILE, EVIDENCE_FILE, SAME_NAME)


def clash_of(kind: str, typed: Mapping[str, Any]) -> Clash:
    """一件重合是哪一种:`kind` 是吻合之处,`typed` 是申报单位所填。"""
    if kind == NAME:
        return SAME_NAME
    if kind == KeyKind.NUMBER:
        return VOUCHER
    return EVIDENCE_FILE if typed.get("evidence") else VOUCHER_FILE
