"""各动作共用的几步:派生列、快照、检索行、带版本的条件更新。"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from juyuan.foundation.policy.queries import params
from juyuan.foundation.search import actions as search
from juyuan.kernel.verdict import Stale
from juyuan.rooms.investors.actions import write_match_keys_many
from juyuan.rooms.investors.models import Investor, MatchKey
from juyuan.rooms.investors.rules.keys import Key, parcel_key
from juyuan.rooms.pipeline.models import (
    Evidence,
    Project,
    ProjectHost,
    ProjectParty,
    ProjectState,
)
from juyuan.rooms.pipeline.rules.amounts import (
    Category,
    Origin,
    Share,
    committed_investment,
    is_chain_project,
)
from juyuan.rooms.pipeline.rules.naming import project_key
from juyuan.rooms.pipeline.rules.recognition import host_parts
from juyuan.rooms.pipeline.rules.supplements import PROMISES

OBJ = "project"
# 编号随机而不连续:从编号看不出有多少项目,也猜不到别人的
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


CODE_BITS = 40  # 三十二个字,一字五位,八字


def new_code(prefix: str) -> str:
    return f"{prefix}-{code_body(secrets.randbits(CODE_BITS))}"


def code_body(number: int) -> str:
    """四十位的数 → 八个字;数不同,字就不同。"""
    return "".join(CODE_ALPHABET[number >> shift & 31] for shift in range(0, CODE_BITS, 5))


def shares_of(parties: Iterable[ProjectParty]) -> list[Share]:
    return [Share(p.share_bp, Origin(p.origin), p.fiscal) for p in parties]


def derive(
    project: Project, parties: Sequence[ProjectParty], hosts: Sequence[ProjectHost], now: datetime
) -> None:
    """由已填内容算出派生列:产业项目、合同引资额、省外口径、各地份额、可见范围列。"""
    book = params(now.date())
    project.is_chain_project = is_chain_project(
        Category(project.category), book["pipeline.chain_project_excludes"]
    )
    shares = shares_of(parties)
    project.committed_investment = committed_investment(
        project.contract_amount, shares, book["pipeline.committed_strategy"]
    )
    project.committed_outside_province = committed_investment(
        project.contract_amount, shares, "outside_province"
    )
    actual = [h for h in hosts if h.actual]
    parts = host_parts(
        [(h.unit_id, h.share_bp) for h in actual],
        project.total_investment,
        project.contract_amount,
        project.committed_investment,
    )
    for host, part in zip(actual, parts, strict=True):
        host.total_part = part.total
        host.contract_part = part.contract
        host.committed_part = part.committed
    own = {project.lead_unit_id, project.owner_unit_id, *(h.unit_id for h in actual)}
    project.unit_ids = sorted(unit for unit in own if unit is not None)


def hosts_json(hosts: Iterable[ProjectHost]) -> list[dict[str, int]]:
    return [
        {
            "unit": h.unit_id,
            "share_bp": h.share_bp,
            "total": h.total_part,
            "contract": h.contract_part,
            "committed": h.committed_part,
        }
        for h in hosts
        if h.actual
    ]


def state_row(
    project: Project, hosts: Iterable[ProjectHost], chain_code: str, now: datetime
) -> ProjectState:
    """此刻统计要素的快照(未存)。"""
    return ProjectState(
        project=project,
        recorded_at=now,
        stage=project.stage,
        recognised_stage=project.recognised_stage,
        standing=project.standing,
        voided=project.voided_at is not None,
        total_investment=project.total_investment,
        contract_amount=project.contract_amount,
        committed_investment=project.committed_investment,
        is_chain_project=project.is_chain_project,
        chain_code=chain_code,
        lead_unit_id_at=project.lead_unit_id,
        hosts=hosts_json(hosts),
        stage_since=project.stage_since,
        standing_since=project.standing_since,
        started_on=project.started_on,
        **{name: getattr(project, name) for name in PROMISES},
    )


def save_state(project: Project, now: datetime) -> None:
    """追加一行快照(动作事务内)。"""
    chain_code = project.chain.code if project.chain_id and project.chain else ""
    state_row(project, project.hosts.all(), chain_code, now).save(force_insert=True)


def search_rows(project: Project, investors: Iterable[str]) -> list[tuple[str, int, str]]:
    """检索行:(字段, 权重, 文字)。"""
    rows = [("name", 100, project.name), ("code", 90, project.code)]
    rows += [("alias", 80, name) for name in project.aliases]
    rows += [("investor", 60, name) for name in investors if name]
    if project.location:
        rows.append(("location", 20, project.location))
    return rows


def keys_of(project: Project) -> list[Key]:
    """项目自己的匹配键:名称(并进来的项目的也算)、地块。终止、退库的照留,作废、已并入别的没有。"""
    if project.voided_at is not None:
        return []
    names = dict.fromkeys((project.name_key, *map(project_key, project.aliases)))
    return [*(("name", key) for key in names), ("parcel", parcel_key(project.location))]


def refresh_keys(projects: Iterable[Project]) -> int:
    """重写这些项目的匹配键(动作事务内);返回行数。"""
    return write_match_keys_many((OBJ, p.pk, keys_of(p)) for p in projects)


def fill_missing_keys(chunk: int = 2000) -> int:
    """给还没有匹配键的项目补上(升级之前登记的);返回补了几个。可重复执行。"""
    done, after = 0, 0
    while True:
        known = MatchKey.objects.filter(object_type=OBJ, object_id=OuterRef("pk"))
        found = list(
            Project.objects.filter(~Exists(known), voided_at__isnull=True, pk__gt=after)
            .exclude(name_key="")
            .only("name_key", "aliases", "location", "voided_at")
            .order_by("pk")[:chunk]
        )
        if not found:
            return done
        with transaction.atomic():
            refresh_keys(found)
        done, after = done + len(found), found[-1].pk


def refresh_search(project: Project) -> None:
    """按现在的内容重写检索行与匹配键(动作事务内)。"""
    names = Investor.objects.filter(pk__in=project.parties.values("investor_id")).values_list(
        "name", flat=True
    )
    search.put(OBJ, project.pk, search_rows(project, names))
    refresh_keys([project])


def update_if_current(project: Project, *, now: datetime, **changes: Any) -> None:
    """带版本的条件更新;0 行即他人先行。成功后 `project` 的内存值同步。

    Raises:
        Stale: 版本已变。
    """
    seen = project.version
    changed = Project.objects.filter(pk=project.pk, version=seen).update(
        **changes, version=seen + 1, updated_at=now
    )
    if changed == 0:
        current = Project.objects.filter(pk=project.pk).values("version", "updated_at").first()
        raise Stale(
            mine={"version": seen},
            theirs={"version": current["version"]} if current else {},
        )
    for name, value in changes.items():
        setattr(project, name, value)
    project.version = seen + 1
    project.updated_at = now


def expect_version(project: Project, version: int | None) -> None:
    """调用方带来的版本须是现在的版本。

    Raises:
        Stale: 不是;带上双方版本。
    """
    if version is not None and version != project.version:
        raise Stale(mine={"version": version}, theirs={"version": project.version})


def live_evidence(project: Project) -> list[Evidence]:
    return list(Evidence.objects.filter(project=project, voided_at__isnull=True))
