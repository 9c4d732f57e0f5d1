"""登记、移出本地企业:断链弱链由此算出。"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from juyuan.foundation.ledger.actions import record
from juyuan.kernel.actor import Actor
from juyuan.kernel.names import key_text
from juyuan.kernel.verdict import Finding, NotFound, RuleBroken, Stale, require
from juyuan.rooms.chains import access
from juyuan.rooms.chains.actions.indexing import index_chains
from juyuan.rooms.chains.models import Chain, LocalEnterprise, Node
from juyuan.rooms.chains.queries.lookup import keepers_of
from juyuan.rooms.chains.rules import Origin

NAME_LIMIT = 100


def register_enterprise(
    *,
    actor: Actor,
    chain_code: str,
    node_code: str,
    name: str,
    is_anchor: bool = False,
    note: str = "",
    now: datetime,
) -> LocalEnterprise:
    """在某环节登记一家本地企业。

    Raises:
        NotFound: 没有这条链。
        Denied: 不是本链维护者。
        RuleBroken: 名称空缺或过长、环节不在本链、同名企业已在本链(按名称归一比对)。
    """
    with transaction.atomic():
        chain = Chain.objects.select_for_update().filter(code=chain_code).first()
        if chain is None:
            raise NotFound()
        require(access.can_keep(actor, keepers_of(chain.pk, now.date())))
        cleaned = " ".join(name.split())
        node = Node.objects.filter(chain=chain, code=node_code, disabled_on__isnull=True).first()
        findings = []
        if not cleaned:
            findings.append(Finding("name", "name_needed", "4.0b", "请填写企业名称"))
        elif len(cleaned) > NAME_LIMIT:
            findings.append(
                Finding("name", "name_too_long", "4.0b", f"企业名称不超过 {NAME_LIMIT} 个字")
            )
        if node is None:
            findings.append(Finding("node", "node_in_chain", "4.0b", "请选择本链的一个环节"))
        twin = _twin(chain.pk, cleaned)
        if twin is not None:
            place = f",在环节「{twin.node.name}」" if twin.node else ""
            findings.append(
                Finding("name", "enterprise_once", "4.0b", f"「{twin.name}」已在本链{place}")
            )
        if findings:
            raise RuleBroken(findings)
        row = LocalEnterprise.objects.create(
            chain=chain,
            node=node,
            name=cleaned,
            is_anchor=is_anchor,
            note=note.strip()[:200],
            origin=Origin.SUGGESTED,
            order=1000,
        )
        index_chains([chain])
        record(
            event="chains.enterprise.registered",
            actor=actor,
            obj_type="chain",
            obj_id=chain.code,
            obj_label=chain.name,
            after={"enterprise": cleaned, "node": node_code, "is_anchor": is_anchor},
            clause="4.0b",
            now=now,
        )
    return row


def retire_enterprise(
    *, actor: Actor, chain_code: str, enterprise_id: int, reason: str, now: datetime
) -> LocalEnterprise:
    """移出一家本地企业(迁走、停产、登记有误),保留记录。

    Raises:
        NotFound: 本链没有这家企业。
        Denied: 不是本链维护者。
        RuleBroken: 没有写理由。
        Stale: 他人已先移出。
    """
    with transaction.atomic():
        row = (
            LocalEnterprise.objects.select_related("chain")
            .filter(pk=enterprise_id, chain__code=chain_code)
            .first()
        )
        if row is None:
            raise NotFound()
        require(access.can_keep(actor, keepers_of(row.chain_id, now.date())))
        if not reason.strip():
            raise RuleBroken.one("reason", "reason_needed", "请写明移出的理由", "4.0b")
        changed = LocalEnterprise.objects.filter(pk=row.pk, ended_on__isnull=True).update(
            ended_on=now.date()
        )
        if not changed:
            raise Stale("这家企业已被移出")
        row.ended_on = now.date()
        index_chains([row.chain])
        record(
            event="chains.enterprise.retired",
            actor=actor,
            obj_type="chain",
            obj_id=row.chain.code,
            obj_label=row.chain.name,
            before={"enterprise": row.name},
            reason=reason.strip(),
            clause="4.0b",
            now=now,
        )
    return row


def _twin(chain_id: int, name: str) -> LocalEnterprise | None:
    """本链已有的同名企业;写法不同(括号、空格、公司类别)也认。"""
    if not name:
        return None
    wanted = key_text(name)
    for row in LocalEnterprise.objects.filter(
        chain_id=chain_id, ended_on__isnull=True
    ).select_related("node"):
        if row.name == name or key_text(row.name) == wanted:
            return row
    return None
