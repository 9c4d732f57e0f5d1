"""查重的规则:档、同一件、回答、算几次;性质由 hypothesis 核对。名称均为自拟。"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from juyuan.rooms.first_contact.rules.answering import Answer, Met, answer, said
from juyuan.rooms.first_contact.rules.asking import continues, extended, ready
from juyuan.rooms.first_contact.rules.overlap import (
    LABELS,
    LIKE,
    NONE,
    Overlap,
    Sameness,
    Scale,
    Subject,
    grade_overlap,
    same_matter,
    shared_keys,
)
from juyuan.rooms.pipeline.rules.relations import Limits

CODES = ("91330000MA27K3XH0A", "91220400MA0Y12345B")
NAMES = (
    "", "宏图袜业有限公司", "杭州宏图袜业有限公司", "宏图袜业有限责任公司", "北方袜业有限公司", "南方袜业有限公司",
    "宏图袜业有限公司长春分公司", "宏图织业有限公司",
)  # fmt: skip
WAN = 10_000
SCALE = Scale(1000, Limits(365, (5000 * WAN, 50_000 * WAN), 1000))


@st.composite
def subjects(draw: st.DrawFn) -> Subject:
    pick = lambda *values: draw(st.sampled_from(values))  # noqa: E731
    some = lambda *values: tuple(v for v in (pick("", *values),) if v)  # noqa: E731
    return Subject(
        name=pick(*NAMES),
        aliases=some(*NAMES[1:]),
        uscc=pick("", *CODES),
        foreign_id=pick("", "HK-1", "HK-2"),
        phones=some("13800000001", "0437-3220000"),
        emails=some("a@hongtu.cn", "b@nanfang.cn", "c@qq.com"),
        controller=pick("", "王五", "宏图控股有限公司"),
        group=pick("", "宏图集团", "王五"),
        project_name=pick("", "高端纱线项目", "精密轴承基地", "高端纱线二期项目"),
        content=pick("", "年产三万吨高端纱线", "精密轴承生产线"),
        amount=pick(None, 4800 * WAN, 4900 * WAN, 30_000 * WAN),
        site=pick("", "工业集中区A3地块", "友谊园区", "开发区12号厂房"),
    )


def strength(tier: int) -> int:
    return 5 - tier if tier else 0


@pytest.mark.parametrize(
    ("mine", "theirs", "tier", "reasons"),
    [
        (Subject(uscc=CODES[0]), Subject(name="别的名", uscc=CODES[0].lower()), 1, ("uscc",)),
        (Subject(foreign_id="HK 1"), Subject(foreign_id="hk1"), 1, ("foreign_id",)),
        (Subject(name="宏图袜业有限公司"), Subject(name="宏图袜业(筹)"), 2, ("name",)),
        (Subject(name="旧名实业有限公司"), Subject(name="新名", aliases=("旧名实业",)), 2, ("name",)),
        (Subject(aliases=("旧名实业",)), Subject(name="旧名实业有限公司"), 2, ("aliases",)),
        (Subject(name="宏图袜业有限公司", uscc=CODES[0]), Subject(name="宏图袜业", uscc=CODES[1]), 4, ("name",)),
        (Subject(phones=("138 0000 0001",)), Subject(phones=("+86 13800000001",)), 3, ("phone",)),
        (Subject(emails=("a@hongtu.cn",)), Subject(emails=("@hongtu.cn",)), 3, ("email",)),
        (Subject(emails=("a@qq.com",)), Subject(emails=("b@qq.com",)), 0, ()),
        (Subject(controller="王五"), Subject(controller="王 五"), 3, ("controller",)),
        (Subject(group="宏图集团"), Subject(controller="宏图集团有限公司"), 3, ("group",)),
        (Subject(site="工业集中区A3地块"), Subject(site="工业集中区Ａ３地块"), 3, ("site",)),
        (Subject(site="友谊园区"), Subject(site="友谊园区"), 0, ()),
        (Subject(name="宏图袜业有限公司"), Subject(name="杭州宏图袜业有限公司"), 4, ("name",)),
        (Subject(name="宏图袜业有限公司"), Subject(name="宏图袜业有限公司长春分公司"), 4, ("name",)),
        (Subject(name="北方袜业有限公司"), Subject(name="南方袜业有限公司"), 0, ()),
        (Subject(project_name="高端纱线项目"), Subject(project_name="高端纱线"), 4, ("project_name",)),
        (Subject(), Subject(), 0, ()),
        (Subject(project_name="。"), Subject(), 0, ()),
    ],
)  # fmt: skip
def test_s3_2b_各档(mine: Subject, theirs: Subject, tier: int, reasons: tuple[str, ...]) -> None:
    assert grade_overlap(mine, theirs) == Overlap(tier, reasons)


@settings(max_examples=400, deadline=None)
@given(subjects(), subjects())
def test_s3_2b_互换不变(a: Subject, b: Subject) -> None:
    assert grade_overlap(a, b).tier == grade_overlap(b, a).tier
    assert same_matter(a, b, SCALE) == same_matter(b, a, SCALE)


@settings(max_examples=400, deadline=None)
@given(subjects(), subjects(), st.sampled_from(sorted(LABELS)), subjects())
def test_s3_2b_相同的证据越多_档不变弱(a: Subject, b: Subject, name: str, more: Subject) -> None:
    name = {"phone": "phones", "email": "emails"}.get(name, name)
    value = getattr(more, name)
    if isinstance(value, tuple):
        c = replace(a, **{name: getattr(a, name) + value})
        d = replace(b, **{name: getattr(b, name) + value})
    else:
        # 换掉一项可能去掉原有的证据;只往空着的地方添
        if not value or getattr(a, name) or getattr(b, name):
            return
        c, d = replace(a, **{name: value}), replace(b, **{name: value})
    assert strength(grade_overlap(c, d).tier) >= strength(grade_overlap(a, b).tier)


@settings(max_examples=300, deadline=None)
@given(subjects(), subjects())
def test_s3_2b_空着的不是证据_吻合的只说自己填了的(a: Subject, b: Subject) -> None:
    found = grade_overlap(a, b)
    given_ = {
        {"phones": "phone", "emails": "email"}.get(n, n) for n in Subject.__dataclass_fields__ if getattr(a, n)
    }  # fmt: skip
    assert set(found.reasons) <= given_
    assert grade_overlap(Subject(), b) == grade_overlap(a, Subject()) == Overlap()
    assert bool(found.tier) == bool(found.reasons)


@settings(max_examples=200, deadline=None)
@given(subjects(), subjects())
def test_s3_2b_命中太多的键不作证据(a: Subject, b: Subject) -> None:
    crowded = {one.key for one in (*shared_keys(a), *shared_keys(b))}
    found = grade_overlap(a, b, crowded)
    assert found.tier != 3
    assert not {"phone", "email", "controller", "group", "site"} & set(found.reasons)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(subjects(), st.booleans()), max_size=6), subjects(), st.randoms())
def test_s3_2b_先来后到不影响回答(rows: list[tuple[Subject, bool]], mine: Subject, dice) -> None:
    met = [Met(grade_overlap(mine, s), same_matter(mine, s, SCALE), own) for s, own in rows]
    turned = list(met)
    dice.shuffle(turned)
    assert answer(met) == answer(turned)


BASE = Subject(
    project_name="高端纱线项目",
    content="年产三万吨高端纱线",
    amount=30_000 * WAN,
    site="工业集中区A3地块",
)


@pytest.mark.parametrize(
    ("theirs", "same"),
    [
        (BASE, "same"),
        (replace(BASE, project_name="绿色纺织产业园", content="", amount=31_000 * WAN), "same"),  # 改了名
        (replace(BASE, project_name="轴承基地", content="精密轴承生产线", amount=800 * WAN), "different"),
        (replace(BASE, site="开发区12号厂房"), "different"),
        (replace(BASE, project_name="高端纱线二期项目"), "different"),
        (replace(BASE, project_name="轴承基地", content="精密轴承生产线", site=""), "different"),
        (Subject(), "unknown"),
        (Subject(project_name="轴承基地"), "unknown"),
        (Subject(project_name="轴承基地", amount=800 * WAN), "different"),
        (Subject(project_name="轴承基地", amount=30_000 * WAN), "unknown"),
    ],
)  # fmt: skip
def test_s3_2b_同一件还是另一件(theirs: Subject, same: str) -> None:
    assert same_matter(BASE, theirs, SCALE) == Sameness(same)


def test_s3_2b_拆开卡在门槛以下的仍是同一件() -> None:
    one = replace(BASE, amount=4800 * WAN)
    two = replace(BASE, amount=4900 * WAN, site="开发区12号厂房")
    assert same_matter(one, two, SCALE) == Sameness.SAME
    assert same_matter(one, replace(two, amount=900 * WAN), SCALE) == Sameness.DIFFERENT


def met(tier: int, same: Sameness = Sameness.UNKNOWN, mine: bool = False) -> Met:
    return Met(Overlap(tier, ("name",) if tier else ()), same, mine)


@pytest.mark.parametrize(
    ("rows", "tier", "overlaps", "ruled", "title"),
    [
        ([], 0, 0, False, "没有发现重合"),
        ([met(2, mine=True)], 0, 0, False, "没有发现重合"),
        ([met(2), met(4), met(4)], 2, 1, True, "存在 1 处重合,由商务局裁定"),
        ([met(3), met(4)], 3, 1, True, "存在 1 处疑似重合,由商务局核对"),
        ([met(4), met(4)], 4, 2, False, "有 2 处相近,仅供参考"),
        ([met(1, Sameness.DIFFERENT)], 1, 1, False, "同一投资方另有 1 个项目"),
        ([met(1, Sameness.DIFFERENT), met(2)], 1, 2, True, "存在 2 处重合,由商务局裁定"),
        ([met(3, Sameness.DIFFERENT)], 3, 1, True, "存在 1 处疑似重合,由商务局核对"),
    ],
)
def test_s3_2b_回答(rows: list[Met], tier: int, overlaps: int, ruled: bool, title: str) -> None:
    found = answer(rows)
    assert (found.tier, found.overlaps, found.ruled) == (tier, overlaps, ruled)
    words = said(found, "商务局", 5)
    assert words.title == title and words.steps and all(words.steps)


def test_s3_2b_本单位自己的另说() -> None:
    found = answer([met(2, mine=True), met(4)])
    assert (found.tier, found.overlaps, found.own) == (LIKE, 1, 1)
    assert answer([]) == Answer(NONE, counts={1: 0, 2: 0, 3: 0, 4: 0})


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ({"name": "宏图袜业"}, {"name": "宏图袜业有限公司"}, True),
        ({"name": "宏图袜业有限公司"}, {"name": "宏图"}, True),
        ({"name": "宏图袜业"}, {"name": "宏图袜业", "phone": "x"}, True),
        ({"name": "宏图袜业", "phone": "x"}, {"name": "宏图袜业"}, True),
        ({"name": "宏图袜业"}, {"name": "北方袜业"}, False),
        ({"name": "宏图袜业", "phone": "x"}, {"name": "宏图袜业", "phone": "y"}, False),
    ],
)
def test_s3_2b_接着填的算一次_换一家另算(before: dict, after: dict, same: bool) -> None:
    assert continues(before, after) is same


def test_s3_2b_退到空再写别家_仍另算() -> None:
    first = {"name": "宏图袜业有限公司"}
    kept = extended(first, {"name": ""})
    assert not continues(kept, {"name": "北方袜业有限公司"})


def test_s3_2b_填得太少不查() -> None:
    assert not ready(Subject()) and not ready(Subject(name="宏图")) and not ready(Subject(amount=1))
    assert ready(Subject(name="宏图袜业")) and ready(Subject(phones=("13800000001",)))
