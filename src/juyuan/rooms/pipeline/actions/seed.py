"""造仿真项目(性能与压力测试用):一次 COPY 一批,连同投资方、出资、承载地、移动、快照、认定、证据、检索、台账。

同一种子造出同样的项目。写的行与登记动作写的同形,所以列表、统计、检索、接口都照常工作;
只用于演示与测试库(命令行拒绝在正式库上执行)。整个是一个事务:中断了什么也不留。
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from django.db import connection, models, transaction

from juyuan.foundation.ledger.actions import record
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.people.models import Unit
from juyuan.foundation.policy.queries import params
from juyuan.foundation.search.models import SearchRow
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import split_money
from juyuan.rooms.chains.models import Chain, Node
from juyuan.rooms.investors.models import Investor, MatchKey, NearKey
from juyuan.rooms.pipeline.actions.common import CODE_BITS, OBJ, code_body
from juyuan.rooms.pipeline.actions.seedload import Sheet, bare, pump
from juyuan.rooms.pipeline.actions.seedwords import (
    FORMS,
    KINDS,
    MARKS,
    PLACES,
    PRODUCTS,
    SCALES,
    TRADES,
    Dice,
    Words,
    grams,
)
from juyuan.rooms.pipeline.models import (
    Evidence,
    Project,
    ProjectHost,
    ProjectParty,
    ProjectState,
    Recognition,
    StageMove,
)
from juyuan.rooms.pipeline.rules.stages import STAGES, Stage

CHUNK = 5_000
BARE_FROM = 2_000
"""造这么多以上,先撤下各表的索引,灌完一次建好。"""
WAN = 10_000
STAGE_WEIGHTS = (20, 30, 15, 20, 15)
STANDINGS = (("active", 88), ("paused", 6), ("ended", 4), ("withdrawn", 2))
LEVELS = (("normal", 90), ("internal", 8), ("restricted", 2))
NO_FILE = "0" * 64
NULL = r"\N"
REACHED = (Stage.SIGNED, Stage.LANDED)


@dataclass(frozen=True)
class World:
    """造项目要用的现成编号。"""

    counties: Sequence[int]
    leads: Sequence[int]
    chains: Sequence[tuple[int, str, Sequence[int]]]
    prefix: str
    now: datetime

    @classmethod
    def load(cls, now: datetime) -> World:
        counties = list(Unit.objects.filter(is_county=True).values_list("pk", flat=True))
        leads = list(
            Unit.objects.filter(kind__in=("department", "zone", "government"), is_county=False)
            .exclude(function__in=("county_commerce", "city_government", "administration"))
            .values_list("pk", flat=True)
        )
        nodes: dict[int, list[int]] = {}
        for chain_id, pk in Node.objects.values_list("chain_id", "pk"):
            nodes.setdefault(chain_id, []).append(pk)
        chains = [
            (pk, code, nodes.get(pk, [])) for pk, code in Chain.objects.values_list("pk", "code")
        ]
        prefix = params(now.date())["pipeline.code_prefix"]
        return cls(counties, leads or counties, chains, prefix, now)


def spread(pairs: Sequence[tuple[Any, int]]) -> tuple[Any, ...]:
    """(值, 百分比) → 一百格,掷一次得一个。"""
    return tuple(chain.from_iterable([value] * share for value, share in pairs))


STAGE_CELLS = spread(tuple(zip(STAGES, STAGE_WEIGHTS, strict=True)))
STANDING_CELLS = spread(STANDINGS)
LEVEL_CELLS = spread(LEVELS)


@dataclass(frozen=True)
class Backer:
    """造好的投资方,与它的两行检索的文字和片段(项目照抄)。"""

    pk: int
    name: str
    short: str


def seed_projects(
    *,
    scale: int,
    seed: int,
    now: datetime,
    progress: Callable[[int, int], None] | None = None,
    leads: Sequence[int] = (),
) -> int:
    """造 `scale` 个项目;返回个数。同一 (scale, seed) 造出的内容相同。`leads`: 首谈只在这几个单位里挑。

    多于 `BARE_FROM` 个时以库的所有者身份撤下索引再建好(在事务之内),期间别的会话用不了这些表。

    Raises:
        ValueError: 库里还没有单位(先装载城市包)。
    """
    world = World.load(now)
    if not world.counties:
        raise ValueError("库里还没有县区,请先装载城市包")
    if leads:
        world = replace(world, leads=leads)
    words = Words()
    with transaction.atomic():
        ids = _reserve(Project, scale)
        backer_ids = _reserve(Investor, scale // 2 + scale // CHUNK + 1)
        sheets = Sheets.new()
        # 这一批入库时造下一批:两颗核都不闲着
        with (
            bare([s.model for s in sheets], wanted=scale >= BARE_FROM),
            ThreadPoolExecutor(max_workers=1) as pool,
        ):
            sending: Future[None] | None = None
            for start in range(0, scale, CHUNK):
                part = ids[start : start + CHUNK]
                wanted = max(len(part) // 2, 1)
                mine, backer_ids = backer_ids[:wanted], backer_ids[wanted:]
                _chunk(part, mine, Dice(f"{seed}:{start}"), words, world, sheets)
                if sending is not None:
                    sending.result()
                sending = pool.submit(pump, connection.connection, [s.take() for s in sheets])
                if progress is not None:
                    progress(start + len(part), scale)
            if sending is not None:
                sending.result()
        record(
            event="pipeline.project.seeded", actor=Actor.system("造项目"), obj_type=OBJ,
            obj_id=str(ids[0]), obj_label=f"{scale} 个仿真项目", after={"scale": scale, "seed": seed},
            now=now,
        )  # fmt: skip
    with connection.cursor() as cursor:
        for sheet in sheets:
            cursor.execute(f'ANALYZE "{sheet.model._meta.db_table}"')
    return scale


def _reserve(model: type[models.Model], count: int) -> list[int]:
    """一次取 `count` 个主键。"""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


@dataclass(frozen=True)
class Sheets:
    """要灌的各表,按写入的先后;列的次序就是写行的次序,其余列取模型的缺省值。"""

    investors: Sheet
    keys: Sheet
    near: Sheet
    projects: Sheet
    parties: Sheet
    hosts: Sheet
    moves: Sheet
    states: Sheet
    recognitions: Sheet
    evidence: Sheet
    search: Sheet
    events: Sheet

    def __iter__(self) -> Iterator[Sheet]:
        return (getattr(self, field.name) for field in fields(self))

    @classmethod
    def new(cls) -> Sheets:
        return cls(
            Sheet(Investor, "id code name key owner_unit_id created_at updated_at"),
            Sheet(MatchKey, "kind value object_type object_id"),
            Sheet(NearKey, "object_type object_id keys"),
            Sheet(
                Project,
                "id code name name_key summary is_chain_project chain_id node_id total_investment"
                " fixed_investment contract_amount committed_investment committed_outside_province"
                " basis site_options benefit factor_needs lead_unit_id owner_unit_id confidentiality"
                " stage stage_status recognised_stage stage_since standing signed_on promised_start_on"
                " source created_at updated_at unit_ids",
            ),
            Sheet(ProjectParty, "project_id investor_id share_bp origin order"),
            Sheet(
                ProjectHost,
                "project_id unit_id actual share_bp total_part contract_part committed_part",
            ),
            Sheet(StageMove, "project_id from_stage to_stage verb actor_name at fact_on"),
            Sheet(
                ProjectState,
                "project_id recorded_at stage recognised_stage standing voided total_investment"
                " contract_amount committed_investment is_chain_project chain_code lead_unit_id_at"
                " hosts stage_since promised_start_on",
            ),
            Sheet(
                Recognition,
                "project_id stage sign fact_on recorded_at total_investment contract_amount"
                " committed_investment committed_outside_province strategy chain_code"
                " is_chain_project lead_unit_id hosts by_name live",
            ),
            Sheet(
                Evidence,
                "project_id fact title dated_on two_way file_sha256 file_name by_name at",
            ),
            Sheet(SearchRow, "object_type object_id field weight text grams"),
            Sheet(Event, "at event actor_name via obj_type obj_id obj_label after result clause"),
        )


SCATTER = 0x9E3779B97F
"""奇数:乘了再取模,主键不同的数不同,看上去又不连着。随机取的,一百万个里十次有四次要撞。"""


def code_of(pk: int) -> str:
    """造出来的编号:内容由种子定,编号由主键定,互不相撞。"""
    return code_body(pk * SCATTER % 2**CODE_BITS)


def _backers(
    ids: Sequence[int], dice: Dice, words: Words, world: World, sheets: Sheets
) -> list[Backer]:
    """造一批投资方。"""
    short_of, made = words.short, []
    for pk in ids:
        place, trade, form = dice.pick(PLACES), dice.pick(TRADES), dice.pick(FORMS)
        mark = dice.word(MARKS, 3)
        name = f"{place}{mark}{trade}{form}"
        short = f"{short_of[place]}{''.join([short_of[c] for c in mark])}{short_of[trade]}{short_of[form]}"
        parsed = words.keys[place, trade, form]
        key = parsed.key(mark)
        backer = Backer(pk, f"{name}\t{grams(name)}", f"{short}\t{grams(short)}")
        sheets.investors.put(
            f"{pk}\tT-{code_of(pk)}\t{name}\t{key}\t{dice.pick(world.counties)}"
            f"\t{world.now}\t{world.now}"
        )
        sheets.keys.put(f"name\t{key}\tinvestor\t{pk}")
        near = ",".join(map(str, parsed.near(mark, name)))
        sheets.near.put(f"investor\t{pk}\t{{{near}}}")
        sheets.search.put(f"investor\t{pk}\tname\t80\t{backer.name}")
        sheets.search.put(f"investor\t{pk}\tname~\t40\t{backer.short}")
        made.append(backer)
    return made


def _chunk(
    ids: Sequence[int],
    backer_ids: Sequence[int],
    dice: Dice,
    words: Words,
    world: World,
    sheets: Sheets,
) -> None:
    backers = _backers(backer_ids, dice, words, world, sheets)
    for pk in ids:
        code = f"{world.prefix}-{code_of(pk)}"
        _project(pk, code, dice.pick(backers), dice, words, world, sheets)


def _project(
    pk: int, code: str, backer: Backer, dice: Dice, words: Words, world: World, sheets: Sheets
) -> None:
    """一个项目的全部行。逐格写成 COPY 的文字:造的词里没有要转义的字符。"""
    pick, short_of = dice.pick, words.short
    scale, product, kind = pick(SCALES), pick(PRODUCTS), pick(KINDS)
    mark, number = dice.word(MARKS, 2), dice.below(1, 999)
    head, ending = f"{mark}{scale}{number}万件", f"{product}{kind}项目"
    name, key = head + ending, head + words.endings[ending]
    short = (
        f"{short_of[mark[0]]}{short_of[mark[1]]}{short_of[scale]}{number}{short_of['万件']}"
        f"{short_of[ending]}"
    )
    stage: Stage = pick(STAGE_CELLS)
    where, reached = stage.value, stage in REACHED
    chain_id, chain_code, nodes = pick(world.chains) if world.chains else (NULL, "", ())
    node = pick(nodes) if nodes else NULL
    total = dice.below(500, 200_000) * WAN
    signed = total * dice.below(60, 101) // 100 if reached else 0
    contract = signed if reached else NULL
    verified = reached and dice.chance(0.7)
    recognised = "" if reached and not verified else where
    status = "recognised" if recognised else "claimed"
    standing, level = pick(STANDING_CELLS), pick(LEVEL_CELLS)
    lead, first = pick(world.leads), pick(world.counties)
    parts = [(first, 10000, total, signed)]
    if len(world.counties) > 1 and dice.chance(0.1):
        second = pick([unit for unit in world.counties if unit != first])
        shares = [6000, 4000]
        money = zip(split_money(total, shares), split_money(signed, shares), strict=True)
        parts = [(u, s, *m) for u, s, m in zip((first, second), shares, money, strict=True)]
    units = ",".join(map(str, sorted({lead, *(part[0] for part in parts)})))
    since = world.now.date() - timedelta(days=dice.below(1, 700))
    start = since + timedelta(days=365) if reached else NULL
    at = str(world.now - timedelta(minutes=dice.below(1, 900_000)))
    sheets.projects.put(
        f"{pk}\t{code}\t{name}\t{key}\t{scale}{product},{kind}\tt\t{chain_id}\t{node}"
        f"\t{total}\t{total * 3 // 4}\t{contract}\t{contract}\t{contract}"
        f"\t本地资源\t园区标准厂房\t年产值稳步增长\t用地、用电\t{lead}\t{first}\t{level}\t{where}\t{status}"
        f"\t{recognised}\t{since}\t{standing}\t{since if reached else NULL}\t{start}\tregistered\t{at}\t{at}"
        f"\t{{{units}}}"
    )
    sheets.keys.put(f"name\t{key}\tproject\t{pk}")
    sheets.parties.put(f"{pk}\t{backer.pk}\t10000\toutside_province\t0")
    for u, s, t, c in parts:
        sheets.hosts.put(f"{pk}\t{u}\tt\t{s}\t{t}\t{c}\t{c}")
    hosts = ", ".join(
        [
            f'{{"unit": {u}, "share_bp": {s}, "total": {t}, "contract": {c}, "committed": {c}}}'
            for u, s, t, c in parts
        ]
    )
    sheets.moves.put(f"{pk}\t\t{where}\timport\t仿真\t{at}\t{since}")
    sheets.states.put(
        f"{pk}\t{at}\t{where}\t{recognised}\t{standing}\tf\t{total}\t{contract}\t{contract}\tt"
        f"\t{chain_code}\t{lead}\t[{hosts}]\t{since}\t{start}"
    )
    if verified:
        for one in REACHED[: 2 if stage == Stage.LANDED else 1]:
            sheets.recognitions.put(
                f"{pk}\t{one.value}\t1\t{since}\t{at}\t{total}\t{contract}\t{contract}\t{contract}"
                f"\toutside_city\t{chain_code}\tt\t{lead}\t[{hosts}]\t仿真\tt"
            )
    if stage != Stage.PLANNING:
        sheets.evidence.put(
            f"{pk}\tcontact\t来访座谈\t{since}\tt\t{NO_FILE}\t来访记录.pdf\t仿真\t{at}"
        )
    plain = code.lower().replace("-", "")
    put = sheets.search.put
    put(f"project\t{pk}\tname\t100\t{name}\t{grams(name)}")
    put(f"project\t{pk}\tname~\t50\t{short}\t{grams(short)}")
    put(f"project\t{pk}\tcode\t90\t{plain}\t{grams(plain)}")
    put(f"project\t{pk}\tinvestor\t60\t{backer.name}")
    put(f"project\t{pk}\tinvestor~\t30\t{backer.short}")
    sheets.events.put(
        f"{at}\tpipeline.project.registered\t仿真\tconsole\tproject\t{code}\t{name}"
        f'\t{{"stage": "{where}", "status": "{status}"}}\tdone\t3.3b'
    )
