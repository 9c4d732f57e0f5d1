"""认定:凭证据,由不是制单人的核验人作出;签约、落地那天的数字冻结;撤回是新的一行(冲回)。"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from juyuan.kernel.actor import Actor
from juyuan.kernel.clause import rule
from juyuan.kernel.money import split_money
from juyuan.kernel.verdict import Access, Allowed, Denial
from juyuan.rooms.pipeline.rules.stages import STAGES, VERIFIED_STAGES, Stage, StageStatus

BUREAU = "commerce"  # 商务主管部门的职能


@dataclass(frozen=True)
class Verifiers:
    """谁来认定(建议值):`general` 是认定一般项目的职能,它自己牵头的项目归 `own`。

    取自参数 recognition.verifier_function、recognition.own_verifier_function;`names` 是各职能在本市的单位名。
    """

    general: str
    own: str
    names: Mapping[str, str] = field(default_factory=dict)

    def function_for(self, lead_function: str) -> str:
        """由哪个职能的核验人认定:自己牵头的不由自己认定。"""
        return self.own if lead_function == self.general else self.general

    def name_of(self, function: str) -> str:
        return self.names.get(function, "主管部门")


@rule("3.3b")
def may_recognise(
    actor: Actor, *, lead_function: str, verifiers: Verifiers, makers: Collection[int]
) -> Access:
    """强化项目动态管理:签约、落地由核验人认定,制单人、证据提交人不得自己认定。"""
    function = verifiers.function_for(lead_function)
    if not actor.has("verifier", function):
        return Denial(f"本项目由{verifiers.name_of(function)}核验人认定", "3.3b")
    if actor.account_id in makers:
        return Denial("申报人、证据提交人不得认定自己经手的项目,请另一位核验人办理", "3.3b")
    return Allowed()


@dataclass(frozen=True)
class Entry:
    """过了门槛移入一个库的后果:核实状态、认定到哪个库、哪些库当场冻结数字。"""

    status: StageStatus
    recognised: Stage | None
    freeze: tuple[Stage, ...] = ()


@rule("3.3b")
def on_entry(to: Stage, held: Stage | None, verified: Collection[Stage]) -> Entry:
    """强化项目动态管理:须核验人认定的库(参数 recognition.stages)移入后待核实,其余过了门槛就算。

    `held` 是此前认定到的库。到 `to` 的门槛含此前各库的,故中间不须认定的库一并算数,
    遇到须认定的库为止;签约、落地若不须认定,移入当时就冻结数字。
    """
    reached, freeze = held, []
    for stage in STAGES:
        passed = held is not None and stage.order <= held.order
        if stage.order > to.order or passed or (stage == Stage.PLANNING != to):
            continue
        if stage in verified:
            break
        reached = stage
        if stage in VERIFIED_STAGES:
            freeze.append(stage)
    status = StageStatus.RECOGNISED if reached == to else StageStatus.CLAIMED
    return Entry(status, reached, tuple(freeze))


def settles(
    stage: Stage, status: StageStatus, lacking: Collection[object], verified: Collection[Stage]
) -> bool:
    """待核实的项目此刻算不算数:本库不须核验人认定,而门槛已经补齐(与前移过门槛同一条规则)。"""
    needs_verifier = stage in verified or stage in VERIFIED_STAGES
    return status == StageStatus.CLAIMED and not needs_verifier and not lacking


def recognisable(stage: Stage, current: Stage, recognised: Collection[Stage]) -> str:
    """能不能认定到 `stage`;不能时返回缘由,能则为空串。

    签约、落地各有认定行;其余三个库只有台账带进来的「待核实」需要核实到所在库。
    """
    if stage.order > current.order:
        return f"项目现在「{current.label}」,不能认定到「{stage.label}」"
    if stage in recognised:
        return f"「{stage.label}」已经认定"
    if stage not in VERIFIED_STAGES and stage != current:
        return f"项目已在「{current.label}」,不再单独核实「{stage.label}」"
    if stage == Stage.LANDED and Stage.SIGNED not in recognised:
        return "须先认定签约,再认定落地"
    return ""


def top_recognised(stages: Collection[Stage], gated: Stage | None) -> Stage | None:
    """认定到哪个库:签约、落地看认定行,此前各库看过了门槛没有。"""
    candidates = [*stages, *([gated] if gated is not None else [])]
    return max(candidates, key=lambda s: s.order, default=None)


@dataclass(frozen=True)
class HostPart:
    """某承载地在某金额中的份额(元)。"""

    unit_id: int
    share_bp: int
    total: int
    contract: int
    committed: int


def host_parts(
    hosts: Sequence[tuple[int, int]],
    total: int | None,
    contract: int | None,
    committed: int | None,
) -> list[HostPart]:
    """按承载地份额分金额,最大余额法,分到元;各地之和恒等于总数。"""
    if not hosts:
        return []
    shares = [share for _, share in hosts]
    columns = [split_money(amount or 0, shares) for amount in (total, contract, committed)]
    return [
        HostPart(unit, share, columns[0][i], columns[1][i], columns[2][i])
        for i, (unit, share) in enumerate(hosts)
    ]
