"""造产业链:`make_chain()` 一条小而全的链;`load_city_pack()` 把真的城市包装进来。"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from juyuan.foundation.people.actions import load_people, load_units
from juyuan.foundation.people.actions.load import PersonRow
from juyuan.foundation.people.models import Person, Unit
from juyuan.foundation.people.rules import UnitDraft
from juyuan.foundation.policy import pack as packs
from juyuan.foundation.policy.pack_types import Pack
from juyuan.kernel.actor import Actor
from juyuan.rooms.chains.actions import Loaded, load_pack_chains
from juyuan.rooms.chains.models import (
    CatalogueEntry,
    Chain,
    ChainPost,
    ChainUnit,
    IndustryCode,
    Link,
    LocalEnterprise,
    Node,
)
from juyuan.rooms.chains.rules import Origin, PostKind, Segment
from tests.replay import replayed

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
SINCE = date(2025, 7, 7)
PACKS = Path(__file__).resolve().parents[5] / "packs"


@replayed
def make_chain(
    code: str = "C9",
    *,
    name: str = "",
    lead_unit: Unit | None = None,
    lead: Person | None = None,
    secretary: Person | None = None,
) -> Chain:
    """一条链:上游无企业(断链)、中游一家(弱链)、下游两家、横向无;目录两条;可带牵头单位与链上人员。"""
    chain = Chain.objects.create(
        code=code,
        name=name or f"{code}产业链",
        short_name=name.removesuffix("产业链") or code,
        clause="4.1a",
        origin=Origin.DOCUMENT,
        sentences=["4.1b", "4.1c"],
        order=int(code[1:]) if code[1:].isdigit() else 90,
    )
    nodes = {}
    for order, (mark, segment, words, codes, origin) in enumerate(
        [
            ("U1", Segment.UPSTREAM, "高端纱线", ["1711"], Origin.DOCUMENT),
            ("M1", Segment.MIDSTREAM, "织造", ["1763"], Origin.SUGGESTED),
            ("D1", Segment.DOWNSTREAM, "电商销售", ["5292"], Origin.DOCUMENT),
            ("L1", Segment.LATERAL, "滑雪服", ["1811"], Origin.DOCUMENT),
        ],
        start=1,
    ):
        nodes[mark] = Node.objects.create(
            chain=chain,
            code=f"{code}-{mark}",
            name=words,
            segment=segment,
            products=[words],
            industry_codes=codes,
            origin=origin,
            position_origin=origin,
            clause="4.1b" if origin is Origin.DOCUMENT else "",
            quote=words if origin is Origin.DOCUMENT else "",
            order=order,
        )
    for source, target in (("U1", "M1"), ("M1", "D1")):
        Link.objects.create(source=nodes[source], target=nodes[target])
    for mark, firm, is_anchor in (
        ("M1", "甲织造有限公司", True),
        ("D1", "乙商贸有限公司", False),
        ("D1", "丙商贸有限公司", False),
    ):
        LocalEnterprise.objects.create(
            chain=chain, node=nodes[mark], name=f"{code}{firm}", is_anchor=is_anchor
        )
    CatalogueEntry.objects.create(
        code=f"{code}-01",
        chain=chain,
        node=nodes["U1"],
        name=f"{code}高端纱线研发制造",
        level="encouraged",
        standard="投资强度不低于每亩150万元",
        effective_from=SINCE,
    )
    CatalogueEntry.objects.create(
        code=f"{code}-02",
        chain=chain,
        name=f"{code}淘汰类工艺",
        level="forbidden",
        effective_from=SINCE,
        order=2,
    )
    IndustryCode.objects.get_or_create(
        code="1711", defaults={"name": "棉纺纱加工", "level": 4, "parent": "171"}
    )
    if lead_unit is not None:
        ChainUnit.objects.create(
            chain=chain, unit=lead_unit, order=1, is_lead=True, lead_origin=Origin.SUGGESTED
        )
    for kind, person in ((PostKind.LEAD, lead), (PostKind.SECRETARY, secretary)):
        if person is not None and lead_unit is not None:
            ChainPost.objects.create(
                chain=chain, kind=kind, person=person, unit=lead_unit, starts_on=SINCE
            )
    return chain


def city_pack(name: str = "liaoyuan") -> Pack:
    return packs.load(PACKS / name)


def load_city_pack(pack: Pack, now: datetime = NOW) -> Loaded:
    """先装单位与人员,再装产业链。"""
    console = Actor.console()
    load_units(
        [
            UnitDraft(
                code=unit.code,
                name=unit.name,
                short_name=unit.short_name,
                kind=unit.kind,
                function=unit.function,
                parent=unit.parent,
                adcode=unit.adcode,
                is_county=unit.is_county,
                order=unit.order,
                origin=unit.origin,
                aliases=unit.aliases,
            )
            for unit in pack.units
        ],
        actor=console,
        now=now,
    )
    load_people([PersonRow(p.code, p.name) for p in pack.people], actor=console, now=now)
    return load_pack_chains(pack, actor=console, now=now)
