"""样例项目的链:谋划 → 洽谈 → 意向 → 签约 → 落地,每一步恰好补齐门槛表所要的,一律经真正的动作。

    planning(cast)                       在谋划的项目(龙山区登记,市工信局首谈)
    at(cast, Stage.SIGNED)               走到签约(待认定)
    recognised(cast, Stage.LANDED)       走到落地并逐级认定
    supply(cast, project, "legality")    只补一项

门槛表新增一项而此处没有补法,立即 KeyError:样例就是可执行的门槛说明。
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from juyuan.foundation.files.actions import store_file
from juyuan.foundation.files.models import StoredFile
from juyuan.foundation.policy.actions import load_pack
from juyuan.kernel.actor import Actor
from juyuan.rooms.chains.models import Chain, Node
from juyuan.rooms.chains.tests.factories import make_chain
from juyuan.rooms.investors.actions import ensure_investors
from juyuan.rooms.pipeline.actions.edit import draft_of, edit_project
from juyuan.rooms.pipeline.actions.evidence import add_evidence, state_fact
from juyuan.rooms.pipeline.actions.leading import mark_contested
from juyuan.rooms.pipeline.actions.move import move_project
from juyuan.rooms.pipeline.actions.recognise import recognise
from juyuan.rooms.pipeline.actions.register import register_project
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.facts import facts_of, reviewed_here
from juyuan.rooms.pipeline.rules.amounts import Origin
from juyuan.rooms.pipeline.rules.drafts import HostDraft, PartyDraft, ProjectDraft
from juyuan.rooms.pipeline.rules.evidence import EvidenceDraft, typed_allowed
from juyuan.rooms.pipeline.rules.facts import ROOM, ROOM_KEYS, Conclusion, FactKey
from juyuan.rooms.pipeline.rules.gates import NEEDS, check
from juyuan.rooms.pipeline.rules.stages import STAGES, VERIFIED_STAGES, Stage
from tests.replay import replayed

YI = 100_000_000
WAN = 10_000
LEAD, HOST, EDITOR = "gongxin", "longshan", "longshan"


def pdf(text: str) -> bytes:
    """一份内容各不相同的小 PDF。"""
    body = f"%PDF-1.4\n%{text}\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    return body.encode()


def stored(actor: Actor, text: str, now: datetime) -> StoredFile:
    return store_file(actor=actor, name=f"{text[:20]}.pdf", stream=io.BytesIO(pdf(text)), now=now)


@replayed
def investor(cast: Any, name: str = "浙江安澜纺织科技有限公司", by: str = EDITOR) -> int:
    return ensure_investors(actor=cast.actor(by), rows=[(name, "")], now=cast.NOW)[0]


def chain_and_node() -> tuple[Chain, Node]:
    chain = Chain.objects.first() or make_chain()
    node = chain.nodes.first() or Node.objects.create(
        chain=chain, code=f"{chain.code}-N1", name="高端纱线", segment="upstream"
    )
    return chain, node


@replayed
def parameters(cast: Any) -> None:
    """城市包的参数(门槛、口径都要用)。"""
    load_pack(now=cast.NOW)


def draft(cast: Any, name: str = "高性能纱线智能制造", **more: Any) -> ProjectDraft:
    """只有名称、首谈单位、承载地的草稿,加上要指明的。"""
    base = ProjectDraft(
        name=name,
        lead_unit_id=cast.unit(getattr(cast, "LEAD", LEAD)).pk,
        hosts=(HostDraft(cast.unit(getattr(cast, "HOST", HOST)).pk),),
    )
    return replace(base, **more)


@replayed
def planning(cast: Any, *, by: str = EDITOR, now: datetime | None = None, **more: Any) -> Project:
    parameters(cast)
    return register_project(actor=cast.actor(by), draft=draft(cast, **more), now=now or cast.NOW)


def edit(cast: Any, project: Project, by: str, now: datetime, **changes: Any) -> None:
    fresh = Project.objects.get(pk=project.pk)
    changed = replace(draft_of(fresh), **changes)
    edit_project(actor=cast.actor(by), project=fresh, draft=changed, now=now)
    project.refresh_from_db()


def evidence_draft(cast: Any, key: FactKey, file_id: int, **more: Any) -> EvidenceDraft:
    base = EvidenceDraft(
        fact=key, title=key.label, dated_on=cast.TODAY, issuer="某出具机关", number="审〔2026〕8号",
        conclusion=Conclusion.PASSED, place="纺织园", two_way=True, file_id=file_id,
    )  # fmt: skip
    return replace(base, **more)


@replayed
def evidence(
    cast: Any, project: Project, key: FactKey, by: str = EDITOR, now: Any = None, **more: Any
) -> Any:
    now = now or cast.NOW
    file = stored(cast.actor(by), f"{key.label}-{project.code}-{by}", now)
    return add_evidence(
        actor=cast.actor(by), project=project,
        draft=evidence_draft(cast, key, file.pk, **more), now=now,
    )  # fmt: skip


Supply = Callable[[Any, Project, str, datetime], object]
Fill = Callable[[Any, str], dict[str, Any]]


def _field(**changes: Any) -> Fill:
    return lambda cast, by: changes


def _chain(cast: Any, by: str) -> dict[str, Any]:
    chain, node = chain_and_node()
    return {"chain_id": chain.pk, "node_id": node.pk}


def _parties(cast: Any, by: str) -> dict[str, Any]:
    return {"parties": (PartyDraft(investor(cast, by=by), 10000, Origin.OUTSIDE_PROVINCE),)}


def _lead(cast: Any, by: str) -> dict[str, Any]:
    return {"lead_unit_id": cast.unit(getattr(cast, "LEAD", LEAD)).pk}


# 填一栏就有的:门槛项 → 改哪几栏
FIELDS: dict[str, Fill] = {
    "name": _field(name="高性能纱线智能制造"),
    "chain_node": _chain,
    "basis": _field(basis="本地袜业基础"),
    "site_options": _field(site_options="纺织园标准厂房"),
    "estimate": _field(total_investment=6 * YI),
    "benefit": _field(benefit="年产值5亿元"),
    "investor": _parties,
    "lead_unit": _lead,
    "factor_needs": _field(factor_needs="用地50亩"),
    "contract_amount": _field(contract_amount=6 * YI),
    "capital_structure": _parties,
}
# 要一份证据的
PAPERS: tuple[FactKey, ...] = (
    FactKey.CONTACT,
    FactKey.WRITTEN_WILL,
    FactKey.PREREVIEW,
    FactKey.DUE_DILIGENCE,
    FactKey.FORMAL_CONTRACT,
    FactKey.COMPANY_REGISTERED,
    FactKey.SITE_RIGHT,
    FactKey.FILING_PERMIT,
    FactKey.WORKS_PHOTO,
)


def _fill_in(fill: Fill) -> Supply:
    return lambda cast, project, by, now: edit(cast, project, by, now, **fill(cast, by))


def _paper(key: FactKey) -> Supply:
    return lambda cast, project, by, now: evidence(cast, project, key, by, now)


@replayed
def stated(
    cast: Any, project: Project, key: FactKey, by: str = EDITOR, now: Any = None, **more: Any
) -> Any:
    """评价与履约办结、自动记上的事实(那个房间自己的动作不在这里走)。"""
    now = now or cast.NOW
    file = stored(cast.actor(by), f"{key.label}-{project.code}-办结", now)
    return state_fact(
        actor=cast.actor(by), project=project, source=ROOM, source_ref=f"样例-{key.value}",
        draft=evidence_draft(cast, key, file.pk, **more), now=now,
    )  # fmt: skip


def _room(key: FactKey) -> Supply:
    """须在本系统办的由房间办结;此前登记的凭责任单位的陈述。"""

    def supplied(cast: Any, project: Project, by: str, now: datetime) -> object:
        room = not typed_allowed(key, reviewed_here(project))
        return (stated if room else evidence)(cast, project, key, by, now)

    return supplied


def _settled(cast: Any, project: Project, by: str, now: datetime) -> None:
    mark_contested(actor=cast.actor("heyan"), project=project, contested=False, now=now)


SUPPLY: dict[str, Supply] = {
    "uncontested": _settled,
    **{fact: _fill_in(changes) for fact, changes in FIELDS.items()},
    **{key.value: _paper(key) for key in PAPERS},
    **{key.value: _room(key) for key in sorted(ROOM_KEYS)},
}


@replayed
def supply(cast: Any, project: Project, fact: str, by: str = EDITOR, now: Any = None) -> None:
    SUPPLY[fact](cast, project, by, now or cast.NOW)
    project.refresh_from_db()


@replayed
def fill(cast: Any, project: Project, stage: Stage, by: str = EDITOR, now: Any = None) -> None:
    """补齐 `stage` 这一库所缺的(按门槛表):各栏一次改完,证据逐份提交。"""
    wanted = {need.fact for need in NEEDS if need.stage == stage}
    lacking = [
        item.need.fact
        for item in check(facts_of(project), stage, cast.TODAY)
        if item.need.fact in wanted and not item.ok
    ]
    changes: dict[str, Any] = {}
    for fact in lacking:
        if fact in FIELDS:
            changes |= FIELDS[fact](cast, by)
    moment = now or cast.NOW
    if changes:
        edit(cast, project, by, moment, **changes)
    for fact in lacking:
        if fact not in FIELDS:
            SUPPLY[fact](cast, project, by, moment)
    project.refresh_from_db()


@replayed
def advance(cast: Any, project: Project, to: Stage, by: str = EDITOR, now: Any = None) -> Project:
    return move_project(actor=cast.actor(by), project=project, to=to, now=now or cast.NOW)


@replayed
def at(cast: Any, stage: Stage, *, by: str = EDITOR, now: Any = None, **more: Any) -> Project:
    """走到 `stage`(签约、落地为待认定)。"""
    project = planning(cast, by=by, now=now, **more)
    fill(cast, project, Stage.PLANNING, by, now)
    for target in STAGES[1 : stage.order + 1]:
        fill(cast, project, target, by, now)
        advance(cast, project, target, by, now)
    return project


@replayed
def recognised(cast: Any, stage: Stage, *, verifier: str = "heyan", by: str = EDITOR,
               now: Any = None, **more: Any) -> Project:  # fmt: skip
    """走到 `stage`,经过的签约、落地逐级认定。"""
    moment = now or cast.NOW
    project = planning(cast, by=by, now=moment, **more)
    fill(cast, project, Stage.PLANNING, by, moment)
    for target in STAGES[1 : stage.order + 1]:
        fill(cast, project, target, by, moment)
        advance(cast, project, target, by, moment)
        if target in VERIFIED_STAGES:
            recognise(actor=cast.actor(verifier), project=project, stage=target, now=moment)
    return project


def later(cast: Any, days: int) -> datetime:
    return cast.NOW + timedelta(days=days)
