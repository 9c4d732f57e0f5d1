"""审查意见、禁止的优惠承诺、疑点与签核的规则(不碰数据库)。"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.kernel.workdays import Calendar
from juyuan.rooms.evaluation.rules.forbidden import (
    BadWords,
    expression,
    find_forbidden,
    kinds_of,
)
from juyuan.rooms.evaluation.rules.opinions import (
    OPEN,
    STEPS,
    WAITING,
    AnswerDraft,
    AskDraft,
    OpinionKind,
    OpinionState,
    OpinionVerb,
    answer_due,
    counts,
    is_late,
    judge_answer,
    judge_ask,
    may_sign,
    next_state,
)
from juyuan.rooms.evaluation.rules.plainwords import FOLD, plain
from juyuan.rooms.evaluation.rules.privileges import (
    FindingAnswer,
    PrivilegeDraft,
    Standing,
    blocking,
    examine,
    has_high_basis,
    judge_privilege,
    judge_submit,
    may_close,
)
from juyuan.rooms.evaluation.rules.privileges import judge_answer as judge_reply
from juyuan.rooms.pipeline.rules.facts import Conclusion

DAY = date(2026, 11, 20)  # 星期五
PACKS = Path(__file__).parents[5] / "packs"


def _params(city: str) -> dict:
    rows = tomllib.loads((PACKS / city / "parameters.toml").read_text(encoding="utf-8"))
    return {row["key"]: row["value"] for row in rows["parameter"]}


BOOK = _params("liaoyuan")
KINDS = kinds_of(
    BOOK["fair_competition.forbidden"], BOOK["fair_competition.clauses"],
    BOOK["fair_competition.words"], BOOK["fair_competition.ways"],
)  # fmt: skip
SUSPECTS = BOOK["privilege.suspects"]


def hit(text: str) -> set[str]:
    return {one.kind for one in find_forbidden(text, KINDS) if not one.lesser}


# ───────── 审查意见 ─────────


def test_s3_4b_每一步只从状态表走() -> None:
    for state in OpinionState:
        for verb in OpinionVerb:
            assert next_state(state, verb) == STEPS.get((state, verb))
    assert all(
        next_state(OpinionState.ANSWERED, v) is None for v in OpinionVerb if v != OpinionVerb.REVOKE
    )
    assert set(WAITING) < set(OPEN)


def test_s3_4b_五个工作日内_自次日起_含当日() -> None:
    known = Calendar(frozenset(), frozenset(), frozenset({2026}))
    assert answer_due(DAY, 5, known).day == date(2026, 11, 27)
    assert not is_late(date(2026, 11, 27), date(2026, 11, 27))
    assert is_late(date(2026, 11, 27), date(2026, 11, 28))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"subject": " "}, "subject"), ({"subject": "长" * 201}, "subject"),
        ({"question": ""}, "question"), ({"question": "长" * 4001}, "question"),
    ],
)  # fmt: skip
def test_s3_4b_申请写齐(change, field) -> None:
    good = AskDraft(OpinionKind.LEGALITY, "长" * 200, "长" * 4000)
    assert judge_ask(good) == []
    assert [f.field for f in judge_ask(replace(good, **change))] == [field]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"conclusion": Conclusion.NONE}, "conclusion"), ({"number": " "}, "number"),
        ({"dated_on": None}, "dated_on"), ({"dated_on": DAY + timedelta(days=1)}, "dated_on"),
        ({"dated_on": DAY - timedelta(days=3)}, "dated_on"), ({"text": "\n"}, "text"),
    ],
)  # fmt: skip
def test_s3_4b_意见缺一不可_日期在申请与今天之间(change, field) -> None:
    good = AnswerDraft(Conclusion.PASSED, "司审〔2026〕1号", DAY, "同意", 1)
    asked = DAY - timedelta(days=2)
    assert judge_answer(good, asked, DAY) == []
    assert judge_answer(replace(good, dated_on=asked), asked, DAY) == []
    assert [f.field for f in judge_answer(replace(good, **change), asked, DAY)] == [field]


def test_s3_4b_通过与有条件的才算凭据() -> None:
    assert [c for c in Conclusion if counts(c)] == [Conclusion.PASSED, Conclusion.CONDITIONAL]


@pytest.mark.parametrize(
    ("drafted", "asked", "signer", "ok"),
    [
        (1, 2, 3, True),
        (1, 2, 1, False),
        (1, 2, 2, False),
        (None, None, 3, True),
        (1, 2, None, False),
    ],
)
def test_s3_4b_拟稿人申请人都不能签发(drafted, asked, signer, ok) -> None:
    assert (may_sign(drafted, asked, signer) == "") is ok


# ───────── 禁止的优惠承诺 ─────────

CASES = [
    ("甲方将乙方缴纳增值税地方留成部分的50%返还给乙方", "tax_return"),
    ("按年度纳税额的30%给予乙方奖励", "tax_return"),
    ("对企业所得税前三年予以免征", "tax_break"),
    ("免征房产税、城镇土地使用税五年", "tax_break"),
    ("甲方给予乙方一次性专项资金2000万元补贴", "selective_subsidy"),
    ("采取一事一议方式给予扶持", "selective_subsidy"),
    ("固定资产投资达到1亿元的给予10%奖励", "selective_subsidy"),
    ("土地出让金超出部分由甲方返还", "land_price"),
    ("以零地价供应项目用地100亩", "land_price"),
    ("土地以低于成本价的价格出让给乙方", "land_price"),
    ("乙方用电价格每度优惠0.1元", "factor_break"),
    ("标准化厂房前三年免租金", "factor_break"),
    ("免收城市基础设施配套费", "fee_break"),
    ("城市基础设施配套费不予征收", "fee_break"),
    ("企业养老保险由甲方补贴50%", "social_insurance"),
    ("项目建设须优先采购本地企业的产品", "designated"),
    ("甲方不再引进同类竞争项目", "exclusive_right"),
    ("由乙方独家经营园区供热", "exclusive_right"),
    ("乙方产品由甲方直接采购", "procurement"),
    ("在本地注册独立法人公司方可享受上述政策", "forced_set_up"),
    ("乙方十年内不得迁出本县", "no_move_out"),
    ("未经同意乙方不得变更注册地", "no_move_out"),
]


@pytest.mark.parametrize(("text", "kind"), CASES)
def test_s3_4b_禁止的写法找得到(text, kind) -> None:
    assert kind in hit(f"第三条 {text}。")


@pytest.mark.parametrize(
    "text",
    [
        "甲方不得以任何形式给予乙方税收返还",
        "严禁免征、减征企业所得税",
        "乙方依法纳税,甲方依法提供服务",
        "双方不得约定下列事项:一、税收返还;二、免收配套费;三、零地价",
        "依照《关于清理税收返还等优惠政策的通知》执行",
        "禁止低于成本价出让土地",
        "乙方所缴税款甲方不得返还",
        "本协议自双方签字盖章之日起生效",
        "项目总投资6亿元,用地100亩,建设期24个月",
        "甲方指派专人为乙方代办手续",
    ],
)
def test_s3_4b_说不得的_书名号里的_平常的话_不算(text) -> None:
    assert hit(text) == set()


def test_s3_4b_不得低于不是不许_照样找得到() -> None:
    assert "tax_return" in hit("年纳税额不得低于500万元的,按纳税额给予奖励")


def test_s3_4b_分句另起的承诺_前一分句的不得管不着() -> None:
    assert "tax_return" in hit("乙方不得抽逃出资,甲方将税收地方留成返还乙方")


def test_s3_4b_引语里的只作提示() -> None:
    found = find_forbidden("乙方提出“税收返还”的要求", KINDS)
    assert found and all(one.lesser for one in found)


def test_s3_4b_位置照原文() -> None:
    text = "第三条　甲方将 税 收\n地方留成　返　还乙方。"
    one = next(h for h in find_forbidden(text, KINDS) if h.kind == "tax_return")
    assert text[one.start : one.end].startswith("税 收") and text[one.start : one.end].endswith(
        "还"
    )


TRAD = {simple: odd for odd, simple in FOLD.items() if odd != simple}
NOISE = st.sampled_from(["", "", " ", "\n", "\t", "　", "\u200b", "\u00a0", "\r\n", "\ufeff"])


@given(
    case=st.sampled_from(CASES),
    noise=st.lists(NOISE, min_size=80, max_size=80),
    wide=st.booleans(),
    old=st.lists(st.booleans(), min_size=80, max_size=80),
)
def test_s3_4b_空白换行全角繁体都遮不住(case, noise, wide, old) -> None:
    text, kind = case
    chars = []
    for index, char in enumerate(text):
        if old[index] and char in TRAD:
            char = TRAD[char]
        if wide and "!" <= char <= "~":
            char = chr(ord(char) + 0xFEE0)
        chars.append(char + noise[index])
    assert kind in hit("".join(chars))


@given(st.text(max_size=300))
def test_s3_4b_什么文字都读得下_位置不出界(text) -> None:
    for one in find_forbidden(text, KINDS):
        assert 0 <= one.start < one.end <= len(text)
    known = plain(text)
    assert len(known.text) == len(known.at) and list(known.at) == sorted(known.at)


@pytest.mark.parametrize("city", ["liaoyuan", "testcity"])
def test_s3_4b_两座城市的禁止情形都写齐_各类优惠对得上(city) -> None:
    book = _params(city)
    kinds = kinds_of(
        book["fair_competition.forbidden"], book["fair_competition.clauses"],
        book["fair_competition.words"], book["fair_competition.ways"],
    )  # fmt: skip
    codes = {kind.code for kind in kinds}
    for name in ("clauses", "words", "ways"):
        assert set(book[f"fair_competition.{name}"]) == codes
    privileges = {row["code"] for row in book["privilege.kinds"]}
    assert set(book["privilege.suspects"]) <= privileges
    assert set(book["privilege.suspects"].values()) <= codes


def test_s3_4b_写法读不懂的不收() -> None:
    for bad in ("", " ; ", "税收| 返还", "|"):
        with pytest.raises(BadWords):
            expression(bad)
    with pytest.raises(BadWords):
        kinds_of([{"code": "x", "label": "某"}], {}, {}, {})


# ───────── 逐条对照 ─────────

ROW = PrivilegeDraft("service", "指派专人代办手续", granter_id=1, period="一次性")


def test_s3_4b_平常的服务未见问题() -> None:
    assert examine(ROW, KINDS, SUSPECTS) == []


@pytest.mark.parametrize(("kind", "code"), sorted(SUSPECTS.items()))
def test_s3_4b_没有上位依据的即为疑似_写明了的不再算(kind, code) -> None:
    row = replace(ROW, kind=kind, content="按约定执行")
    assert [d.kind for d in examine(row, KINDS, SUSPECTS)] == [code]
    local = examine(replace(row, basis="某县招商引资若干政策"), KINDS, SUSPECTS)
    assert [d.kind for d in local] == [code] and "看不出" in local[0].why
    assert examine(replace(row, basis="国发〔2014〕62号"), KINDS, SUSPECTS) == []


def test_s3_4b_由文字看出的_写明上位依据也留提示() -> None:
    row = replace(ROW, kind="tax", content="企业所得税减免", basis="财税〔2026〕1号")
    found = examine(row, KINDS, SUSPECTS)
    assert found and all(d.lesser for d in found)
    assert not any(d.lesser for d in examine(replace(row, basis=""), KINDS, SUSPECTS))


@pytest.mark.parametrize(
    ("basis", "high"),
    [("中华人民共和国企业所得税法", True), ("国务院批准", True), ("财税〔2025〕3号", True),
     ("县委常委会纪要", False), ("", False)],
)  # fmt: skip
def test_s3_4b_上位依据看写法(basis, high) -> None:
    assert has_high_basis(basis) is high


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "nowhere"}, "kind"), ({"content": " "}, "content"), ({"amount": -1}, "amount"),
        ({"ratio_bp": 10001}, "ratio"), ({"ratio_bp": -1}, "ratio"), ({"granter_id": None}, "granter"),
        ({"period": ""}, "period"), ({"basis": "长" * 201}, "basis"), ({"conditions": "长" * 2001}, "conditions"),
    ],
)  # fmt: skip
def test_s3_4b_一条优惠写齐(change, field) -> None:
    good = replace(ROW, amount=0, ratio_bp=10000)
    assert judge_privilege(good, {"service"}) == []
    assert field in [f.field for f in judge_privilege(replace(good, **change), {"service"})]


@pytest.mark.parametrize("answer", list(FindingAnswer))
@pytest.mark.parametrize("present", [True, False])
@pytest.mark.parametrize("lesser", [True, False])
def test_s3_4b_还在的疑点_只有依据与不属于挡不住办结(answer, present, lesser) -> None:
    said = blocking(Standing("某情形", present, lesser, answer, "第1段"))
    free = lesser or not present or answer in (FindingAnswer.LAWFUL, FindingAnswer.NOT_SUCH)
    assert (said == "") is free


def test_s3_4b_送签核_两者只居其一_有文本() -> None:
    assert judge_submit(1, False, True, []) == []
    assert judge_submit(0, True, True, []) == []
    assert [f.rule for f in judge_submit(0, False, True, [])] == ["privilege.none"]
    assert [f.rule for f in judge_submit(1, True, True, [])] == ["privilege.both"]
    assert [f.rule for f in judge_submit(1, False, False, [])] == ["privilege.text"]
    open_one = Standing("某", True, False, FindingAnswer.NONE)
    assert [f.rule for f in judge_submit(1, False, True, [open_one])] == ["privilege.doubt"]


@pytest.mark.parametrize("answer", list(FindingAnswer))
def test_s3_4b_答复有依据的写明依据(answer) -> None:
    blank = judge_reply(answer, " ")
    needs = answer in (FindingAnswer.NONE, FindingAnswer.LAWFUL, FindingAnswer.NOT_SUCH)
    assert bool(blank) is needs
    assert bool(judge_reply(answer, "某法第三条")) is (answer == FindingAnswer.NONE)


@pytest.mark.parametrize(
    ("makers", "signer", "ok"), [([1, 2], 3, True), ([1, 2], 1, False), ([], None, False)]
)
def test_s3_4b_经手人不能签核(makers, signer, ok) -> None:
    assert (may_close(makers, signer) == "") is ok
