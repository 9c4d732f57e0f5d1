"""查重的回答:由逐件的档算出最强一档、处数、吻合的字段、由谁裁定,写成话。纯函数。

回答只由档、处数与我方自己的字段构成:对方是谁、叫什么、在哪里,一概不进这里。
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from juyuan.kernel.clause import rule
from juyuan.rooms.first_contact.rules.overlap import (
    CODE,
    LABELS,
    LIKE,
    NAME,
    NONE,
    SHARED,
    TIERS,
    Overlap,
    Sameness,
)

SETTLED = (CODE, NAME)
"""这两档说的是同一家;另一件事时只告知,不提请裁定。"""
TIER_LABELS = {
    CODE: "统一社会信用代码、境外编号相同",
    NAME: "名称或曾用名相同",
    SHARED: "电话、邮箱域名、实际控制人或集团、地块相同",
    LIKE: "名称相近、地区不全、总部与分支",
}


@dataclass(frozen=True)
class Met:
    """碰上的一件:第几档、我方哪几项吻合、是不是同一件、是不是本单位自己的。"""

    overlap: Overlap
    same: Sameness
    mine: bool = False

    @property
    def another(self) -> bool:
        """同一投资方的另一个项目。"""
        return self.overlap.tier in SETTLED and self.same == Sameness.DIFFERENT


@dataclass(frozen=True)
class Answer:
    """给查的人的全部。`overlaps` 是处数(有 1–3 档的只数 1–3 档);`ruled_by` 空即不必裁定。"""

    tier: int = NONE
    overlaps: int = 0
    ruled: bool = False
    reasons: tuple[str, ...] = ()
    counts: Mapping[int, int] = field(default_factory=dict)
    others: int = 0
    own: int = 0

    @property
    def reason_labels(self) -> tuple[str, ...]:
        """吻合的是我方自己填的哪几项。"""
        return tuple(LABELS[name] for name in self.reasons)


@rule("3.2b")
def answer(met: Iterable[Met]) -> Answer:
    """谁对接、谁牵头:别的单位已在谈同一家同一件的,由商务主管部门裁定;另一件的,告知而不裁定。

    本单位自己的不算重合。与各件的先后次序无关。
    """
    rows = [one for one in met if one.overlap.tier]
    theirs = [one for one in rows if not one.mine]
    counts = {tier: sum(one.overlap.tier == tier for one in theirs) for tier in TIERS}
    tier = next((tier for tier in TIERS if counts[tier]), NONE)
    counted = [one for one in theirs if tier in (NONE, LIKE) or one.overlap.tier != LIKE]
    said = {name for one in counted for name in one.overlap.reasons}
    return Answer(
        tier=tier,
        overlaps=len(counted),
        ruled=any(not one.another for one in counted) and tier != LIKE,
        reasons=tuple(name for name in LABELS if name in said),
        counts=counts,
        others=sum(one.another for one in counted),
        own=len(rows) - len(theirs),
    )


@dataclass(frozen=True)
class Said:
    """回答写成的话:结论、说明、下一步;`light` 是信号(ok warn bad idle)。"""

    light: str
    title: str
    text: str
    steps: tuple[str, ...]


def said(found: Answer, bureau: str, ruling_workdays: int) -> Said:
    """结论与下一步;只用档、处数与商务主管部门的称呼。"""
    n = found.overlaps
    if found.tier == NONE:
        return Said(
            "ok",
            "没有发现重合",
            "全市各单位的项目与投资方里,没有与所填吻合的。",
            (
                "可以照常接洽;登记项目时系统还会再核对一次。",
                "填上统一社会信用代码、电话、地点,核对得更准。",
            ),
        )
    if found.tier == LIKE:
        return Said(
            "idle",
            f"有 {n} 处相近,仅供参考",
            "名称相近不等于同一家;请核对全称与统一社会信用代码。",
            (
                "补填统一社会信用代码后再核对一次,多半能分清。",
                f"仍拿不准的,请与{bureau}联系。",
                "不影响您照常接洽、登记。",
            ),
        )
    if not found.ruled:
        return Said(
            "idle",
            f"同一投资方另有 {n} 个项目",
            "投资方相同,而内容或地点不同,是另一件事,不须裁定。",
            (
                "可以照常接洽、登记本项目。",
                f"需要与对方单位协同的,请{bureau}代为联系。",
            ),
        )
    if found.tier == SHARED:
        return Said(
            "warn",
            f"存在 {n} 处疑似重合,由{bureau}核对",
            "有共同的电话、邮箱、控制人或地块,可能是同一家或同一控制。",
            (
                f"{bureau}已收到这次核对的结果,会与贵单位联系。",
                "核对之前可以继续服务投资方,请勿单独承诺政策。",
                "有接触的凭据(来函、照片、会议记录)请留好,以日期为准。",
            ),
        )
    return Said(
        "warn",
        f"存在 {n} 处重合,由{bureau}裁定",
        "全市已有单位登记同一投资方" + (",且有别的项目。" if found.others else "。"),
        (
            f"{bureau}已收到这次核对的结果,会与贵单位联系。",
            f"{bureau} {ruling_workdays} 个工作日内裁定;裁定之前双方都可继续服务投资方,都不得承诺政策。",
            "有接触的凭据(来函、照片、会议记录)请留好,以日期为准。",
        ),
    )
