"""五库纯规则:逐表与性质。条款:2.2b 2.3b 3.2b 3.3b 3.3c 3.4b 3.5b。"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.kernel.actor import Actor, PostRef
from juyuan.rooms.pipeline.rules.amounts import (
    STRATEGIES,
    Category,
    Origin,
    Share,
    Unknown,
    committed_investment,
    is_chain_project,
    must_escalate,
)
from juyuan.rooms.pipeline.rules.drafts import HostDraft, PartyDraft, ProjectDraft, judge
from juyuan.rooms.pipeline.rules.evidence import EvidenceDraft, judge_evidence
from juyuan.rooms.pipeline.rules.facts import (
    ROOM,
    ROOM_KEYS,
    Conclusion,
    FactKey,
    Facts,
    LandingKind,
    Statement,
)
from juyuan.rooms.pipeline.rules.gates import NEEDS, check, missing, need_label, unfilled
from juyuan.rooms.pipeline.rules.naming import overlap_percent, project_key
from juyuan.rooms.pipeline.rules.recognition import (
    Verifiers,
    host_parts,
    may_recognise,
    recognisable,
    top_recognised,
)
from juyuan.rooms.pipeline.rules.stages import (
    STAGES,
    STANDING_MOVES,
    MoveVerb,
    Stage,
    Standing,
    standing_after,
    verb_for,
)

DAY = date(2026, 11, 20)
YI = 100_000_000


def statement(key: FactKey, **more: object) -> Statement:
    full = Statement(
        key=key, id=1, issuer="某审查机关", number="某审〔2026〕1号", dated_on=DAY,
        conclusion=Conclusion.PASSED, place="某园区", has_file=True, two_way=True,
    )  # fmt: skip
    return replace(full, **more)


COMPLETE = Facts(
    name="袜机智能化改造", chain=True, node=True, basis="本地袜业基础", site_options="纺织园",
    estimate=3 * YI, benefit="年产值5亿元", investors=1, lead_unit=True, factor_needs_text="用地50亩",
    contract_amount=3 * YI, signed_on=DAY, share_total_bp=10000, origins_known=True, review_here=True,
    statements=tuple(
        statement(key, source=ROOM if key in ROOM_KEYS else "")
        for key in FactKey if key not in {FactKey.FRAMEWORK, FactKey.OTHER}
    ),
)  # fmt: skip


def without(fact: str) -> Facts:
    """拿掉一项门槛所看的事实。"""
    blank: dict[str, object] = {
        "name": {"name": ""}, "chain_node": {"node": False}, "basis": {"basis": " "},
        "site_options": {"site_options": ""}, "estimate": {"estimate": None},
        "benefit": {"benefit": ""}, "investor": {"investors": 0}, "lead_unit": {"lead_unit": False},
        "contract_amount": {"contract_amount": None}, "uncontested": {"contested": True},
        "capital_structure": {"share_total_bp": 9999},
    }  # fmt: skip
    if fact in blank:
        return replace(COMPLETE, **blank[fact])  # type: ignore[arg-type]
    kept = tuple(s for s in COMPLETE.statements if s.key != fact)
    return replace(
        COMPLETE,
        statements=kept,
        factor_needs_text="" if fact == "factor_needs" else COMPLETE.factor_needs_text,
    )


def test_s3_3b_五个库依次为谋划洽谈意向签约落地() -> None:
    assert [stage.label for stage in STAGES] == ["谋划", "洽谈", "意向", "签约", "落地"]


def test_s3_3b_材料齐全_任何一个库都进得去() -> None:
    for stage in STAGES:
        assert missing(COMPLETE, stage, DAY) == []


@pytest.mark.parametrize("need", NEEDS, ids=lambda n: n.rule_id)
def test_s3_3b_缺哪一项_就在那个库被拒并说出条款(need) -> None:
    found = missing(without(need.fact), need.stage, DAY)
    assert [(f.field, f.rule, f.clause) for f in found] == [(need.fact, need.rule_id, need.clause)]
    assert need.label in found[0].message


@pytest.mark.parametrize(
    "need", [n for n in NEEDS if n.stage != Stage.PLANNING], ids=lambda n: n.rule_id
)
def test_s3_3b_前面的库缺的_后面的库照样拒(need) -> None:
    for stage in STAGES[need.stage.order :]:
        assert need.fact in {f.field for f in missing(without(need.fact), stage, DAY)}


def test_s2_3b_谋划的门槛不拦前移() -> None:
    bare = replace(COMPLETE, basis="", benefit="", site_options="", estimate=None)
    assert missing(bare, Stage.NEGOTIATION, DAY) == []
    assert {f.field for f in missing(bare, Stage.PLANNING, DAY)} == {
        "basis", "benefit", "site_options", "estimate",
    }  # fmt: skip


def test_s3_3b_编辑只看改动触及的门槛() -> None:
    broken = replace(without("legality"), contract_amount=None)
    assert {f.field for f in missing(broken, Stage.SIGNED, DAY)} == {"legality", "contract_amount"}
    assert missing(broken, Stage.SIGNED, DAY, only={"remark"}) == []
    assert {f.field for f in missing(broken, Stage.SIGNED, DAY, only={"contract_amount"})} == {
        "contract_amount"
    }


def test_s3_3b_框架协议不是正式合同() -> None:
    facts = replace(
        without("formal_contract"),
        statements=(*without("formal_contract").statements, statement(FactKey.FRAMEWORK)),
    )
    assert [f.field for f in missing(facts, Stage.SIGNED, DAY)] == ["formal_contract"]


@pytest.mark.parametrize(
    ("key", "lack"),
    [
        (FactKey.LEGALITY, {"number": ""}),
        (FactKey.LEGALITY, {"issuer": ""}),
        (FactKey.LEGALITY, {"conclusion": Conclusion.FAILED}),
        (FactKey.LEGALITY, {"has_file": False}),
        (FactKey.FAIR_COMPETITION, {"dated_on": None}),
        (FactKey.REVIEW_PASSED, {"conclusion": Conclusion.NONE}),
        (FactKey.CONTACT, {"two_way": False}),
        (FactKey.WORKS_PHOTO, {"place": ""}),
        (FactKey.FORMAL_CONTRACT, {"has_file": False}),
    ],
)
def test_s3_4b_不完整的陈述不顶用(key, lack) -> None:
    assert statement(key).stands
    assert not statement(key, **lack).stands


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (
            LandingKind.NEW_SITE,
            {"company_registered", "site_right", "filing_permit", "works_photo"},
        ),
        (
            LandingKind.LEASED_PLANT,
            {"company_registered", "site_right", "filing_permit", "works_photo"},
        ),
        (LandingKind.SERVICE, {"filing_permit", "works_photo"}),
        (LandingKind.PLATFORM, {"company_registered", "filing_permit"}),
    ],
)
def test_s3_5b_落地门槛随落地方式而变(kind, expected) -> None:
    checks = check(replace(COMPLETE, landing_kind=kind), Stage.LANDED, DAY)
    assert {c.need.fact for c in checks if c.need.stage == Stage.LANDED} == expected


@given(st.sets(st.sampled_from([n.fact for n in NEEDS])), st.sampled_from(STAGES))
def test_s3_3b_缺得越多_拒得越多_从不相反(lacks, stage) -> None:
    facts = COMPLETE
    for fact in lacks:
        part = without(fact)
        facts = replace(
            facts,
            **{
                name: getattr(part, name)
                for name in facts.__dataclass_fields__
                if name != "statements" and getattr(part, name) != getattr(COMPLETE, name)
            },
            statements=tuple(s for s in facts.statements if s in part.statements),
        )
    found = {f.field for f in missing(facts, stage, DAY)}
    asked = {n.fact for n in NEEDS if (n.stage == stage if stage == Stage.PLANNING
             else Stage.PLANNING.order < n.stage.order <= stage.order)}  # fmt: skip
    assert found == lacks & asked


FILLED = Facts(
    name="某项目", chain=True, node=True, basis="依据", site_options="园区", estimate=1,
    benefit="产值", investors=1, lead_unit=True, factor_needs_text="用地", contract_amount=1,
    share_total_bp=10000, origins_known=True,
)  # fmt: skip


@pytest.mark.parametrize(
    ("field", "stage", "entering", "blank", "filled"),
    [
        # 登记:谋划只要名称;直接进洽谈的,洽谈要的都要
        ("name", Stage.PLANNING, True, "必填", "必填"),
        ("basis", Stage.PLANNING, True, "选填", "选填"),
        ("lead_unit", Stage.PLANNING, True, "下阶段必填", "下阶段必填"),
        ("lead_unit", Stage.NEGOTIATION, True, "必填", "必填"),
        ("factor_needs", Stage.NEGOTIATION, True, "下阶段必填", "下阶段必填"),
        # 编辑:本来空着的不拦;本库要的填了就不能再清空
        ("basis", Stage.PLANNING, False, "选填", "必填"),
        ("total_investment", Stage.PLANNING, False, "选填", "必填"),
        ("basis", Stage.NEGOTIATION, False, "选填", "选填"),
        ("investors", Stage.NEGOTIATION, False, "下阶段必填", "必填"),
        ("contract_amount", Stage.NEGOTIATION, False, "选填", "选填"),
        ("contract_amount", Stage.INTENT, False, "下阶段必填", "下阶段必填"),
        ("contract_amount", Stage.SIGNED, False, "下阶段必填", "必填"),
        ("contract_amount", Stage.LANDED, False, "选填", "必填"),
        ("signed_on", Stage.INTENT, False, "选填", "选填"),
        ("remark", Stage.LANDED, False, "选填", "选填"),
    ],
)
def test_s3_3b_表单标记与门槛同源(field, stage, entering, blank, filled) -> None:
    for facts, label in ((Facts(), blank), (FILLED, filled)):
        assert need_label(field, stage, facts, DAY, entering=entering) == label


def test_s3_5b_要素需求已有证据的_那一栏就不必填() -> None:
    paper = Statement(FactKey.FACTOR_NEEDS, id=1, dated_on=DAY, has_file=True)
    told = Facts(statements=(paper,), factor_needs_text="用地")
    assert need_label("factor_needs", Stage.INTENT, told, DAY) == "选填"
    assert need_label("factor_needs", Stage.INTENT, Facts(), DAY) == "下阶段必填"


def test_s3_3b_本库还空着的各项_名称不在其内() -> None:
    assert unfilled(Facts(), Stage.PLANNING, DAY) == [
        "产业链与环节", "谋划依据", "选址意向", "投资估算", "预期效益",
    ]  # fmt: skip
    assert unfilled(FILLED, Stage.PLANNING, DAY) == []


@pytest.mark.parametrize(
    ("current", "target", "verb"),
    [
        (Stage.PLANNING, Stage.NEGOTIATION, MoveVerb.ADVANCE),
        (Stage.PLANNING, Stage.INTENT, MoveVerb.JUMP),
        (Stage.INTENT, Stage.LANDED, MoveVerb.JUMP),
        (Stage.SIGNED, Stage.NEGOTIATION, MoveVerb.BACK),
        (Stage.SIGNED, Stage.SIGNED, None),
    ],
)
def test_s3_3b_前移退回越级(current, target, verb) -> None:
    assert verb_for(current, target) == verb


def test_s3_3b_状态表没有死路_也没有暗门() -> None:
    for standing in Standing:
        assert any(start == standing for start, _ in STANDING_MOVES)
    assert standing_after(Standing.ENDED, "pause") is None
    assert standing_after(Standing.WITHDRAWN, "resume") == Standing.ACTIVE


@pytest.mark.parametrize(
    ("committed", "newly", "expected"),
    [
        (5 * YI, True, True),
        (5 * YI - 1, True, False),
        (5 * YI + 1, True, True),
        (5 * YI, False, False),
        (None, True, False),
    ],
)
def test_s3_3c_新签约满5亿元_须提级_含本数(committed, newly, expected) -> None:
    assert must_escalate(committed, newly, 5 * YI) is expected


MIXED = [
    Share(5000, Origin.OUTSIDE_PROVINCE),
    Share(2000, Origin.OUTSIDE_CITY),
    Share(2000, Origin.LOCAL),
    Share(1000, Origin.OUTSIDE_PROVINCE, fiscal=True),
]


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [("outside_city", 7 * YI), ("outside_province", 5 * YI), ("whole_contract", 9 * YI)],
)
def test_s3_3c_合同引资额的三个口径(strategy, expected) -> None:
    assert committed_investment(10 * YI, MIXED, strategy) == expected


@pytest.mark.parametrize(
    ("contract", "parties"),
    [(None, MIXED), (10 * YI, []), (10 * YI, MIXED[:2]), (10 * YI, [Share(10000, Origin.UNKNOWN)])],
)
def test_s3_3c_条件不足算不出_不是零(contract, parties) -> None:
    assert committed_investment(contract, parties, "outside_city") is None


def test_s3_3c_未知口径是编码错误() -> None:
    with pytest.raises(KeyError):
        committed_investment(1, MIXED, "凭感觉")


@given(
    st.integers(0, 10**13),
    st.lists(st.integers(1, 100), min_size=1, max_size=6),
    st.data(),
)
def test_s3_3c_引资额不超过合同金额_财政资金记零(contract, weights, data) -> None:
    total = sum(weights)
    shares = [w * 10000 // total for w in weights]
    shares[0] += 10000 - sum(shares)
    parties = [
        Share(share, data.draw(st.sampled_from([o for o in Origin if o])), data.draw(st.booleans()))
        for share in shares
    ]
    for strategy in STRATEGIES:
        value = committed_investment(contract, parties, strategy)
        assert value is not None and 0 <= value <= contract
        if all(p.fiscal for p in parties):
            assert value == 0


def test_s2_2b_产业项目不是工业项目() -> None:
    excluded = ["infrastructure", "real_estate"]
    assert is_chain_project(Category.INDUSTRY, excluded)
    assert not is_chain_project(Category.REAL_ESTATE, excluded)


@given(
    st.lists(st.integers(1, 50), min_size=1, max_size=5),
    st.one_of(st.none(), st.integers(0, 10**14)),
    st.integers(0, 10**14),
)
def test_s3_1c_各承载地之和恒等于总数(weights, total, contract) -> None:
    whole = sum(weights)
    shares = [w * 10000 // whole for w in weights]
    shares[-1] += 10000 - sum(shares)
    parts = host_parts(list(enumerate(shares)), total, contract, None)
    assert sum(p.total for p in parts) == (total or 0)
    assert sum(p.contract for p in parts) == contract
    assert sum(p.committed for p in parts) == 0
    assert all(p.total >= 0 for p in parts)


def verifier(function: str, account: int = 7) -> Actor:
    post = PostRef(1, 1, "u", "某单位", "/u/", function, "verifier")
    return Actor(account, "v", "核验人", (post,), post)


VERIFIERS = Verifiers("commerce", "development", {"commerce": "甲局", "development": "乙委"})


@pytest.mark.parametrize(
    ("function", "lead", "makers", "allowed"),
    [
        ("commerce", "industry", {1}, True),
        ("commerce", "industry", {7}, False),
        ("commerce", "commerce", {1}, False),
        ("development", "commerce", {1}, True),
        ("development", "industry", {1}, False),
    ],
)
def test_s3_3b_制单人不得自认_商务自己的项目归发展改革(function, lead, makers, allowed) -> None:
    verdict = may_recognise(
        verifier(function), lead_function=lead, verifiers=VERIFIERS, makers=makers
    )
    assert bool(verdict) is allowed
    if not allowed and function != VERIFIERS.function_for(lead):
        assert VERIFIERS.name_of(VERIFIERS.function_for(lead)) in verdict.reason


def test_s3_3b_由哪个职能认定是参数_自己牵头的归另一家() -> None:
    other = Verifiers("development", "commerce", {"development": "乙委"})
    for lead, right, wrong in (
        ("industry", "development", "commerce"),
        ("development", "commerce", "development"),
        ("commerce", "development", "commerce"),
    ):
        asked = {"lead_function": lead, "verifiers": other, "makers": ()}
        assert may_recognise(verifier(right), **asked)
        assert not may_recognise(verifier(wrong), **asked)


def test_s3_3b_认定的次序() -> None:
    assert recognisable(Stage.LANDED, Stage.LANDED, set()) == "须先认定签约,再认定落地"
    assert recognisable(Stage.LANDED, Stage.LANDED, {Stage.SIGNED}) == ""
    assert "已经认定" in recognisable(Stage.SIGNED, Stage.LANDED, {Stage.SIGNED})
    assert "不能认定" in recognisable(Stage.SIGNED, Stage.INTENT, set())
    assert recognisable(Stage.INTENT, Stage.INTENT, set()) == ""
    assert "不再单独核实" in recognisable(Stage.NEGOTIATION, Stage.INTENT, set())
    assert top_recognised({Stage.SIGNED}, Stage.INTENT) == Stage.SIGNED
    assert top_recognised(set(), None) is None


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"name": "  "}, "text.empty"),
        ({"name": "长" * 201}, "text.long"),
        ({"name": "坏\x00字"}, "text.control"),
        ({"total_investment": 1, "total_investment_unknown": Unknown.PENDING}, "money.both"),
        ({"total_investment": 10**16}, "money.range"),
        ({"total_investment": -1}, "money.range"),
        ({"total_investment": 5, "fixed_investment": 6}, "money.fixed"),
        ({"parties": (PartyDraft(1, 6000), PartyDraft(2, 3999))}, "share.sum"),
        ({"parties": (PartyDraft(1, 5000), PartyDraft(1, 5000))}, "share.twice"),
        ({"hosts": (HostDraft(1, 5000), HostDraft(2, 4000))}, "host.sum"),
        ({"hosts": (HostDraft(1, 0),)}, "host.range"),
        ({"signed_on": date(2026, 11, 21)}, "date.future"),
        ({"confidentiality": "绝密"}, "choice"),
    ],
)
def test_s3_3b_不合理的值逐项说明(change, rule) -> None:
    good = ProjectDraft(name="项目")
    assert judge(good, DAY) == []
    assert rule in {f.rule for f in judge(replace(good, **change), DAY)}


def test_s3_3b_备选承载地不算份额() -> None:
    draft = ProjectDraft(name="项目", hosts=(HostDraft(1, 10000), HostDraft(2, 5000, actual=False)))
    assert judge(draft, DAY) == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"title": ""}, "evidence.title"),
        ({"dated_on": None}, "evidence.date"),
        ({"dated_on": date(2026, 11, 21)}, "evidence.date"),
        ({"file_id": None}, "evidence.file"),
        ({"issuer": ""}, "evidence.issuer"),
        ({"number": " "}, "evidence.number"),
        ({"conclusion": Conclusion.NONE}, "evidence.conclusion"),
    ],
)
def test_s3_4b_审查意见该写的要写(change, rule) -> None:
    good = EvidenceDraft(
        FactKey.LEGALITY,
        "合法性审查意见",
        DAY,
        "市司法局",
        "司审〔2026〕1号",
        Conclusion.PASSED,
        file_id=1,
    )
    assert judge_evidence(good, DAY) == []
    assert rule in {f.rule for f in judge_evidence(replace(good, **change), DAY)}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("梅花鹿产业园项目", "梅花鹿产业园建设项目", True),
        ("年产5000吨羰基铁项目", "5000吨羰基铁 项目", True),
        ("创投园项目(一期)", "创投园项目(二期)", False),
        ("甲县梅花鹿产业园项目", "乙县梅花鹿产业园项目", False),
    ],
)
def test_s3_3b_项目名称的两种写法(one, other, same) -> None:
    assert (project_key(one) == project_key(other)) is same


def test_s3_3b_名称重合只是提示() -> None:
    assert (
        overlap_percent("20万吨钛白粉及40万吨磷酸盐装置", "20万吨钛白粉、40万吨磷酸盐生产装置")
        >= 60
    )
    assert overlap_percent("风力发电项目", "袜业产业园") == 0
    assert overlap_percent("", "袜业产业园") == 0
