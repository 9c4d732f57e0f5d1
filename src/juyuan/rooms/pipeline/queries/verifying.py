"""谁来认定:取某日有效的参数与本市的单位名,交给纯规则判断。网页、接口、工作台、动作都从这里问。"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from juyuan.foundation.policy.queries import bureau, pack, params
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.rules.recognition import BUREAU, Verifiers, may_recognise
from juyuan.rooms.pipeline.rules.stages import STAGES, Stage


def verifiers(on: date) -> Verifiers:
    """某日由哪两个职能认定,各是本市的哪个单位。"""
    book = params(on)
    general = book["recognition.verifier_function"]
    own = book["recognition.own_verifier_function"]
    names = {unit.function: unit.name for unit in reversed(pack().units) if unit.function}
    return Verifiers(general, own, {**names, BUREAU: bureau()})


def verified_stages(on: date) -> frozenset[Stage]:
    """某日哪些库须核验人认定才算数(参数 recognition.stages);其余过了门槛就算。"""
    wanted = set(params(on)["recognition.stages"])
    return frozenset(stage for stage in STAGES if stage.value in wanted)


def may_verify(actor: Actor, project: Project, makers: Collection[int], on: date) -> Access:
    """此人能不能认定(或撤回认定)这个项目;`makers` 是经手人,撤回时为空。"""
    function = project.lead_unit.function if project.lead_unit else ""
    return may_recognise(actor, lead_function=function, verifiers=verifiers(on), makers=makers)
