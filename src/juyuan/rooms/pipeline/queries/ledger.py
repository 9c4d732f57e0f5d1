"""台账导入要查的一切,集合式地一次取齐。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Q

from juyuan.foundation.exchange.columns import ParsedRow
from juyuan.foundation.people.queries import county_units, units_named
from juyuan.foundation.policy.queries import bureau, params
from juyuan.kernel.actor import Actor
from juyuan.kernel.names import key_text
from juyuan.kernel.text import normalise
from juyuan.rooms.chains.models import Chain, Node
from juyuan.rooms.pipeline.access import is_bureau
from juyuan.rooms.pipeline.models import Project, ProjectParty
from juyuan.rooms.pipeline.queries.scope import reach_of, seen_whole
from juyuan.rooms.pipeline.rules.ledger_reading import Existing, Lookups, split_names
from juyuan.rooms.pipeline.rules.naming import project_key
from juyuan.rooms.pipeline.rules.stages import Stage

COMPARED = (
    "name", "summary", "chain_id", "total_investment", "fixed_investment", "contract_amount",
    "lead_unit_id", "location", "signed_on", "started_on", "remark",
)  # fmt: skip


def _existing(projects: Iterable[Project], visible: set[int]) -> list[Existing]:
    return [
        Existing(
            id=p.pk,
            code=p.code,
            name=p.name,
            investor_keys=frozenset(party.investor.key for party in p.parties.all()),
            investors=tuple(party.investor.name for party in p.parties.all()),
            values={name: getattr(p, name) for name in COMPARED},
            hosts=frozenset(h.unit_id for h in p.hosts.all() if h.actual),
            stage=Stage(p.stage),
            visible=p.pk in visible,
        )
        for p in projects
    ]


def prepare(rows: Sequence[ParsedRow], actor: Actor, today: date) -> Lookups:
    """按这批行取齐单位、产业链、词表、可能重复的项目(含提交人看不见的)。"""
    book = params(today)
    words = {row.get("lead_unit", "") or "" for row in rows}
    for row in rows:
        words.update(split_names(row.get("host_units") or ""))
    units = {said: unit.pk for said, unit in units_named(words).items()}
    chains: dict[str, int] = {}
    for chain in Chain.objects.filter(disabled_on__isnull=True):
        for said in (chain.code, chain.name, chain.short_name, *chain.aliases):
            chains[normalise(said)] = chain.pk
    nodes = {
        (chain_id, normalise(name)): pk
        for pk, chain_id, name in Node.objects.values_list("pk", "chain_id", "name")
    }
    codes = {(row.get("code") or "").strip() for row in rows} - {""}
    codes |= {row.settled.removeprefix("same:") for row in rows if row.settled.startswith("same:")}
    keys = {project_key(row.get("name") or "") for row in rows} - {""}
    investor_keys = {
        key_text(name) for row in rows for name in split_names(row.get("investors") or "")
    }
    near = list(
        Project.objects.filter(voided_at__isnull=True)
        .filter(Q(code__in=codes) | Q(name_key__in=keys) | Q(pk__in=_projects_of(investor_keys)))
        .prefetch_related("parties__investor", "hosts")
    )
    visible = set(
        seen_whole(actor).filter(pk__in=[p.pk for p in near]).values_list("pk", flat=True)
    )
    found = _existing(near, visible)
    by_key: dict[str, list[Existing]] = defaultdict(list)
    by_investor: dict[str, list[Existing]] = defaultdict(list)
    for known in found:
        by_key[project_key(known.name)].append(known)
        for key in known.investor_keys:
            by_investor[key].append(known)
    whole = actor.is_system or is_bureau(actor)
    return Lookups(
        today=today,
        units=units,
        counties=frozenset(county_units().values_list("pk", flat=True)),
        chains=chains,
        nodes=nodes,
        stage_words=_folded(book["pipeline.stage_words"]),
        standing_words=_folded(book["pipeline.standing_words"]),
        milestone_words=_folded(book["pipeline.milestone_words"]),
        by_code={known.code: known for known in found},
        by_key={key: tuple(items) for key, items in by_key.items()},
        by_investor={key: tuple(items) for key, items in by_investor.items()},
        bureau=bureau(),
        own_units=None if whole else reach_of(actor).own_units,
        doubtful_amount=int(book["exchange.doubtful_amount"]),
    )


def _projects_of(investor_keys: set[str]) -> list[int]:
    if not investor_keys:
        return []
    return list(
        ProjectParty.objects.filter(investor__key__in=investor_keys).values_list(
            "project_id", flat=True
        )
    )


def _folded(words: dict[str, str]) -> dict[str, str]:
    return {normalise(word): value for word, value in words.items()}
