"""造仿真项目(性能与压力测试用):一次 COPY 一批,连同投资方、出资、承载地、移动、快照、认定、检索、台账。

同一种子造出同样的项目。写的行与登记动作写的同形,所以列表、统计、检索、接口都照常工作;
只用于演示与测试库(命令行拒绝在正式库上执行)。
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models, transaction

from juyuan.foundation.ledger.models import Event
from juyuan.foundation.people.models import Unit
from juyuan.foundation.policy.queries import params
from juyuan.foundation.search.models import SearchRow
from juyuan.kernel.money import split_money
from juyuan.kernel.names import key_text
from juyuan.kernel.text import initials
from juyuan.rooms.chains.models import Chain, Node
from juyuan.rooms.investors.models import Investor, MatchKey
from juyuan.rooms.pipeline.actions.common import CODE_ALPHABET
from juyuan.rooms.pipeline.models import (
    Evidence,
    Project,
    ProjectHost,
    ProjectParty,
    ProjectState,
    Recognition,
    StageMove,
)
from juyuan.rooms.pipeline.rules.naming import project_key
from juyuan.rooms.pipeline.rules.stages import STAGES, Stage

CHUNK = 5_000
WAN = 10_000
PLACES = ("杭州", "宁波", "苏州", "无锡", "青岛", "济南", "长沙", "合肥", "南昌", "沈阳", "大连", "长春",
          "哈尔滨", "西安", "成都", "重庆", "武汉", "郑州", "石家庄", "厦门")  # fmt: skip
MARKS = "安澜恒岳瑞丰华信德鑫泰和盛达通远宏博雅康润泽源启铭嘉禾锦程东升天成万象百川金石玉衡"
TRADES = (
    "纺织科技",
    "食品",
    "汽车零部件",
    "生物医药",
    "新能源",
    "建材",
    "文化旅游",
    "智能装备",
    "环保科技",
    "农业开发",
)
FORMS = ("有限公司", "股份有限公司", "集团有限公司")
SCALES = ("年产", "新建", "扩建", "智能化", "绿色", "高端", "一体化")
PRODUCTS = ("高端纱线", "预制菜", "铝箔", "梅花鹿制品", "中药饮片", "装配式构件", "储能电池", "传感器", "冰雪装备",
            "精密铸件", "生物质能", "智能袜机", "特种钢材", "医疗器械", "无人机整机", "休闲食品")  # fmt: skip
KINDS = ("生产基地", "产业园", "加工中心", "研发制造", "示范工程", "仓储物流")
WEIGHTS = (20, 30, 15, 20, 15)


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


def _reserve(model: type[models.Model], count: int) -> list[int]:
    """一次取 `count` 个主键。"""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def _copy(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY 一批行。没给的列取模型的缺省值(数据库里没有缺省)。"""
    given = list(columns)
    defaults: list[Any] = []
    for field in model._meta.concrete_fields:
        if field.column in given or field.primary_key:
            continue
        value = field.get_default()
        given.append(str(field.column))
        defaults.append(value)
    names = ", ".join(f'"{name}"' for name in given)
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as copy,
    ):
        for row in rows:
            copy.write_row([*row, *defaults])


@contextmanager
def _without_gin() -> Iterator[None]:
    """以所有者身份运行时,先撤下检索的 GIN 索引,灌完再建(快十倍);运行角色则照常逐行维护。"""
    table = SearchRow._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.indexname, i.indexdef FROM pg_indexes i"
            " JOIN pg_class c ON c.relname = i.tablename AND c.relnamespace = 'public'::regnamespace"
            " WHERE i.tablename = %s AND i.indexdef LIKE '%% USING gin %%'"
            " AND pg_has_role(current_user, c.relowner, 'USAGE')",
            [table],
        )
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f'DROP INDEX "{name}"')
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for _, definition in found:
                cursor.execute(definition)


def _search(
    object_type: str, object_id: int, field: str, weight: int, text: str, short: str
) -> list[tuple[Any, ...]]:
    rows = [(object_type, object_id, field, weight, text, _grams(text))]
    if short:
        rows.append((object_type, object_id, f"{field}~", weight // 2, short, _grams(short)))
    return rows


def _grams(text: str) -> list[str]:
    """造出来的文字本已归一,直接切片;与 `search.grams.stored_grams` 结果相同(有测试)。"""
    pairs = dict.fromkeys([text[i : i + 2] for i in range(len(text) - 1)])
    triples = [text[i : i + 3] for i in range(len(text) - 2)]
    return list(pairs) + list(dict.fromkeys(t for t in triples if t.isascii()))


class Vocabulary:
    """词的首字母只算一次。"""

    def __init__(self) -> None:
        self._short: dict[str, str] = {}

    def short(self, *words: str) -> str:
        for word in words:
            if word not in self._short:
                self._short[word] = initials(word)
        return "".join(self._short[word] for word in words)


def seed_projects(
    *, scale: int, seed: int, now: datetime, progress: Callable[[int, int], None] | None = None
) -> int:
    """造 `scale` 个项目;返回个数。同一 (scale, seed) 造出的内容相同。

    Raises:
        ValueError: 库里还没有单位(先装载城市包)。
    """
    world = World.load(now)
    if not world.counties:
        raise ValueError("库里还没有县区,请先装载城市包")
    rng = random.Random(seed)  # noqa: S311 - 不作安全用途
    words = Vocabulary()
    done = 0
    with _without_gin():
        while done < scale:
            count = min(CHUNK, scale - done)
            with transaction.atomic():
                _chunk(count, rng, words, world)
            done += count
            if progress is not None:
                progress(done, scale)
    with connection.cursor() as cursor:
        for model in (
            Project,
            ProjectParty,
            ProjectHost,
            ProjectState,
            SearchRow,
            Investor,
            MatchKey,
        ):
            cursor.execute(f'ANALYZE "{model._meta.db_table}"')
    return scale


def _chunk(count: int, rng: random.Random, words: Vocabulary, world: World) -> None:
    ids = _reserve(Project, count)
    # 内容由种子定,编号不能与已有的撞:掺进本批的主键
    codes = random.Random(ids[0])  # noqa: S311 - 不作安全用途
    investors = _investors(max(count // 2, 1), rng, codes, words, world)
    projects: list[tuple[Any, ...]] = []
    parties: list[tuple[Any, ...]] = []
    hosts: list[tuple[Any, ...]] = []
    moves: list[tuple[Any, ...]] = []
    states: list[tuple[Any, ...]] = []
    recognitions: list[tuple[Any, ...]] = []
    evidence: list[tuple[Any, ...]] = []
    search: list[tuple[Any, ...]] = []
    events: list[tuple[Any, ...]] = []
    for pk in ids:
        scale, product, kind = rng.choice(SCALES), rng.choice(PRODUCTS), rng.choice(KINDS)
        mark = rng.choice(MARKS) + rng.choice(MARKS)
        number = str(rng.randrange(1, 999))
        name = f"{mark}{scale}{number}万件{product}{kind}项目"
        code = f"{world.prefix}-" + "".join(codes.choices(CODE_ALPHABET, k=8))
        stage: Stage = rng.choices(STAGES, WEIGHTS)[0]
        chain_id, chain_code, nodes = rng.choice(world.chains) if world.chains else (None, "", ())
        node_id = rng.choice(nodes) if nodes else None
        total = rng.randrange(500, 200_000) * WAN
        signed = stage in (Stage.SIGNED, Stage.LANDED)
        contract = total * rng.randrange(60, 101) // 100 if signed else None
        verified = signed and rng.random() < 0.7
        recognised = stage.value if verified else ("" if signed else stage.value)
        status = "recognised" if recognised == stage.value else "claimed"
        standing = rng.choices(("active", "paused", "ended", "withdrawn"), (88, 6, 4, 2))[0]
        lead = rng.choice(world.leads)
        chosen = rng.sample(list(world.counties), 1 if rng.random() < 0.9 else 2)
        shares = [10000] if len(chosen) == 1 else [6000, 4000]
        parts = list(
            zip(
                chosen,
                shares,
                split_money(total, shares),
                split_money(contract or 0, shares),
                strict=True,
            )
        )
        since = world.now.date() - timedelta(days=rng.randrange(1, 700))
        at = world.now - timedelta(minutes=rng.randrange(1, 900_000))
        investor_id, investor_name, investor_short = rng.choice(investors)
        level = rng.choices(("normal", "internal", "restricted"), (90, 8, 2))[0]
        units = sorted({lead, *chosen})
        hosts_json = json.dumps(
            [
                {"unit": u, "share_bp": s, "total": t, "contract": c, "committed": c}
                for u, s, t, c in parts
            ]
        )
        projects.append(
            (pk, code, name, project_key(name), f"{scale}{product},{kind}", True, chain_id, node_id, total,
             total * 3 // 4, contract, contract, contract, "本地资源", "园区标准厂房", "年产值稳步增长", "用地、用电",
             lead, chosen[0], level, stage.value, status, recognised, since, standing,
             since if signed else None, "registered", at, at, units, [], [])
        )  # fmt: skip
        parties.append((pk, investor_id, 10000, "outside_province", False, 0))
        hosts += [(pk, u, True, s, t, c, c) for u, s, t, c in parts]
        moves.append((pk, "", stage.value, "import", "仿真", "", at, since, "", False, "[]", "{}"))
        states.append((pk, at, stage.value, recognised, standing, False, total, contract, contract, True,
                       chain_code, lead, hosts_json))  # fmt: skip
        if verified:
            for reached in (Stage.SIGNED, Stage.LANDED)[: 2 if stage == Stage.LANDED else 1]:
                recognitions.append((pk, reached.value, 1, since, at, total, contract, contract, contract,
                                     "outside_city", chain_code, True, lead, hosts_json, "仿真", True))  # fmt: skip
        if stage != Stage.PLANNING:
            evidence.append(
                (pk, "contact", "来访座谈", since, True, "0" * 64, "来访记录.pdf", "仿真", at)
            )
        search += _search("project", pk, "name", 100, name,
                          words.short(*mark, scale) + number + words.short("万件", product, kind, "项目"))  # fmt: skip
        search += _search("project", pk, "code", 90, code.lower().replace("-", ""), "")
        search += _search("project", pk, "investor", 60, investor_name, investor_short)
        events.append(
            (
                at,
                "pipeline.project.registered",
                "仿真",
                "console",
                "project",
                code,
                name,
                "done",
                "3.3b",
            )
        )
    _copy(Project, PROJECT_COLUMNS, projects)
    _copy(
        ProjectParty,
        ("project_id", "investor_id", "share_bp", "origin", "fiscal", "order"),
        parties,
    )
    _copy(ProjectHost, ("project_id", "unit_id", "actual", "share_bp", "total_part", "contract_part",
                        "committed_part"), hosts)  # fmt: skip
    _copy(StageMove, ("project_id", "from_stage", "to_stage", "verb", "actor_name", "unit_name", "at",
                      "fact_on", "reason", "override", "gate_report", "parameters"), moves)  # fmt: skip
    _copy(ProjectState, ("project_id", "recorded_at", "stage", "recognised_stage", "standing", "voided",
                         "total_investment", "contract_amount", "committed_investment", "is_chain_project",
                         "chain_code", "lead_unit_id_at", "hosts"), states)  # fmt: skip
    _copy_recognitions(recognitions)
    _copy(Evidence, ("project_id", "fact", "title", "dated_on", "two_way", "file_sha256", "file_name",
                     "by_name", "at"), evidence)  # fmt: skip
    _copy(SearchRow, ("object_type", "object_id", "field", "weight", "text", "grams"), search)
    _copy(
        Event,
        ("at", "event", "actor_name", "via", "obj_type", "obj_id", "obj_label", "result", "clause"),
        events,
    )


PROJECT_COLUMNS = (
    "id", "code", "name", "name_key", "summary", "is_chain_project", "chain_id", "node_id",
    "total_investment", "fixed_investment", "contract_amount", "committed_investment",
    "committed_outside_province", "basis", "site_options", "benefit", "factor_needs", "lead_unit_id",
    "owner_unit_id", "confidentiality", "stage", "stage_status", "recognised_stage", "stage_since",
    "standing", "signed_on", "source", "created_at", "updated_at", "unit_ids",
    "participant_unit_ids", "listed_person_ids",
)  # fmt: skip


def _copy_recognitions(rows: list[tuple[Any, ...]]) -> None:
    columns = (
        "project_id", "stage", "sign", "fact_on", "recorded_at", "total_investment",
        "contract_amount", "committed_investment", "committed_outside_province", "strategy",
        "chain_code", "is_chain_project", "lead_unit_id", "hosts", "by_name", "live",
        "makers", "paper", "gate_report",
    )  # fmt: skip
    _copy(Recognition, columns, ((*row, "[]", "{}", "[]") for row in rows))


def _investors(
    count: int, rng: random.Random, codes: random.Random, words: Vocabulary, world: World
) -> list[tuple[int, str, str]]:
    """造一批投资方;返回(编号, 名称, 首字母)。"""
    ids = _reserve(Investor, count)
    rows, keys, search, made = [], [], [], []
    for pk in ids:
        place, trade, form = rng.choice(PLACES), rng.choice(TRADES), rng.choice(FORMS)
        mark = "".join(rng.choices(MARKS, k=3))
        name = f"{place}{mark}{trade}{form}"
        short = words.short(place, *mark, trade, form)
        key = key_text(name)[:300]
        rows.append((pk, "T-" + "".join(codes.choices(CODE_ALPHABET, k=8)), name, key, rng.choice(world.counties),
                     world.now, world.now))  # fmt: skip
        keys.append(("name", key, "investor", pk))
        search += _search("investor", pk, "name", 80, name, short)
        made.append((pk, name, short))
    _copy(
        Investor, ("id", "code", "name", "key", "owner_unit_id", "created_at", "updated_at"), rows
    )
    _copy(MatchKey, ("kind", "value", "object_type", "object_id"), keys)
    _copy(SearchRow, ("object_type", "object_id", "field", "weight", "text", "grams"), search)
    return made
