"""到位资金的纯规则:折算、认可、归一、要素、状态,月年总恒等。条款 3.3b。"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.kernel.actor import Actor, PostRef
from juyuan.rooms.pipeline.rules.amounts import Origin
from juyuan.rooms.pipeline.rules.recognition import Verifiers
from juyuan.rooms.pipeline.rules.vouchers import (
    CheckVerdict,
    CountBy,
    Entry,
    Holder,
    KeyKind,
    Payer,
    VoucherContext,
    VoucherDraft,
    VoucherState,
    fold_number,
    judge_voucher,
    may_check,
    month_sum,
    recognised_amount,
    repeated,
    state_of,
    sums,
    total_sum,
    year_sum,
    yuan_of,
)

TODAY = date(2026, 11, 20)
SHARES = {"capital": 10000, "equipment": 3333, "intangible": 0, "fiscal": 0}
CONTEXT = VoucherContext(
    payers={7: Payer("安澜纺织", Origin.OUTSIDE_PROVINCE, False), 8: Payer("区平台", Origin.LOCAL, True)},
    shares=SHARES, rate_days=7,
)  # fmt: skip
GOOD = VoucherDraft(
    kind="capital", paid_on=date(2026, 11, 3), number="00123456", amount=10_000_000, payer_id=7,
    file_id=1,
)  # fmt: skip
FOREIGN = replace(
    GOOD, amount=None, currency="USD", foreign_amount=Decimal("1000000.00"),
    rate=Decimal("7.0988"), rate_on=date(2026, 11, 2), rate_source="中国人民银行中间价",
)  # fmt: skip


def rules(draft: VoucherDraft, **more) -> set[str]:
    return {f.field for f in judge_voucher(draft, CONTEXT, TODAY, **more)}


@pytest.mark.parametrize("draft", [GOOD, FOREIGN])
def test_s3_3b_要素齐全的没有话说(draft) -> None:
    assert rules(draft) == set()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "loan"}, "kind"),
        ({"paid_on": None}, "paid_on"),
        ({"paid_on": TODAY + timedelta(1)}, "paid_on"),
        ({"paid_on": date(1989, 12, 31)}, "paid_on"),
        ({"number": " "}, "number"),
        ({"number": "——"}, "number"),
        ({"number": "1" * 101}, "number"),
        ({"payer_id": None}, "payer"),
        ({"payer_id": 99}, "payer"),
        ({"payer_id": 8}, "fiscal"),
        ({"file_id": None}, "file"),
        ({"amount": None}, "amount"),
        ({"amount": 0}, "amount"),
        ({"amount": -1}, "amount"),
        ({"amount": 10**15 + 1}, "amount"),
        ({"currency": "XXX"}, "currency"),
        ({"rate": Decimal(7)}, "currency"),
    ],
)
def test_s3_3b_缺什么说什么(changes, field) -> None:
    assert rules(replace(GOOD, **changes)) == {field}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": 1}, "amount"),
        ({"foreign_amount": None}, "foreign_amount"),
        ({"foreign_amount": Decimal("1.005")}, "foreign_amount"),
        ({"rate": None}, "rate"),
        ({"rate": Decimal("7.1234567")}, "rate"),
        ({"foreign_amount": Decimal("0.01")}, "rate"),
        ({"rate_on": None}, "rate_on"),
        ({"rate_on": date(2026, 11, 4)}, "rate_on"),
        ({"rate_on": date(2026, 10, 26)}, "rate_on"),
        ({"rate_source": " "}, "rate_source"),
    ],
)
def test_s3_3b_外币要有到账日之前不远的汇率及来源(changes, field) -> None:
    assert rules(replace(FOREIGN, **changes)) == {field}


def test_s3_3b_汇率恰在限度那天可以_到账日当天也可以() -> None:
    for day in (FOREIGN.paid_on, FOREIGN.paid_on - timedelta(7)):
        assert rules(replace(FOREIGN, rate_on=day)) == set()


def test_s3_3b_财政出资方须标明财政资金() -> None:
    assert rules(replace(GOOD, payer_id=8, fiscal=True)) == set()
    assert rules(replace(GOOD, payer_id=8, kind="fiscal")) == set()


def test_台账导入的可以先没有文件() -> None:
    assert rules(replace(GOOD, file_id=None), needs_file=False) == set()


@pytest.mark.parametrize(
    ("foreign", "rate", "yuan"),
    [("1000000.00", "7.0988", 7_098_800), ("0.5", "1", 1), ("0.49", "1", 0), ("3", "7.15", 21),
     ("1.00", "2.5", 3), ("100.01", "0.046312", 5)],
)  # fmt: skip
def test_s3_3b_外币折元四舍五入一次(foreign, rate, yuan) -> None:
    assert yuan_of(Decimal(foreign), Decimal(rate)) == yuan


@given(st.integers(1, 10**12), st.integers(1, 10**8))
def test_s3_3b_折元与分数算术一致(cents, micro) -> None:
    found = yuan_of(Decimal(cents) / 100, Decimal(micro) / 10**6)
    assert found == (2 * cents * micro + 10**8) // (2 * 10**8)


def test_s3_3b_认可按种类_财政资金计零() -> None:
    assert recognised_amount(100, "capital", False, SHARES) == 100
    assert recognised_amount(100, "equipment", False, SHARES) == 33
    assert recognised_amount(100, "intangible", False, SHARES) == 0
    assert recognised_amount(100, "capital", True, SHARES) == 0
    assert recognised_amount(100, "fiscal", False, {"fiscal": 10000}) == 0
    assert recognised_amount(100, "unheard", False, SHARES) == 0


@given(st.integers(0, 10**15), st.integers(0, 10000), st.booleans())
def test_s3_3b_认可不超过到账(amount, share, fiscal) -> None:
    assert 0 <= recognised_amount(amount, "k", fiscal, {"k": share}) <= amount


@pytest.mark.parametrize(
    "said",
    [
        "NO.00123456-A",
        "no 00123456 a",
        "ＮＯ．００１２３４５６－Ａ",
        "No_00123456/a",
        " no00123456—A ",
    ],
)
def test_s3_3b_凭证号的写法不算数(said) -> None:
    assert fold_number(said) == "no00123456a"


def test_凭证号的前导零算数() -> None:
    assert fold_number("0012") != fold_number("12")


@given(st.text(max_size=40))
def test_凭证号归一是幂等的(said) -> None:
    assert fold_number(fold_number(said)) == fold_number(said)


def test_s3_3b_看得见的说在哪里_看不见的只有一句() -> None:
    holders = [
        Holder(KeyKind.NUMBER, "LY-1", "甲项目", False, True),
        Holder(KeyKind.FILE, "LY-2", "乙项目", False, False),
        Holder(KeyKind.FILE, "LY-3", "丙项目", False, False),
        Holder(KeyKind.NUMBER, "LY-4", "本项目", True, True),
    ]
    found = repeated(holders, "已登记,由某局核对")
    said = [f.message for f in found]
    assert "甲项目" in said[0] and "LY-1" in said[0]
    assert said[1] == "已登记,由某局核对" and len(found) == 3
    assert not any("乙" in text or "丙" in text or "LY-2" in text for text in said)
    assert repeated([], "x") == []


def actor(function: str, role: str = "verifier", account: int = 1) -> Actor:
    post = PostRef(1, 1, "u", "某局", "/u/", function, role, "")
    return Actor(account, "a", "某人", (post,), post, "web", "")


def test_s3_3b_核验人按职能_经手人不得核验() -> None:
    who = Verifiers("commerce", "development", {"commerce": "商务局", "development": "发改委"})
    ask = lambda a, lead, makers=(): may_check(a, lead_function=lead, verifiers=who, makers=makers)  # noqa: E731
    assert ask(actor("commerce"), "industry")
    assert not ask(actor("commerce"), "commerce") and ask(actor("development"), "commerce")
    assert "发改委" in ask(actor("commerce"), "commerce").reason
    assert not ask(actor("commerce", "clerk"), "industry")
    assert not ask(actor("commerce"), "industry", {1})


A, R, N = CheckVerdict.ACCEPTED, CheckVerdict.RETURNED, None


@pytest.mark.parametrize(
    ("verdict", "asked", "by", "state"),
    [
        (N, False, N, VoucherState.WAITING), (A, False, N, VoucherState.ACCEPTED),
        (R, False, N, VoucherState.RETURNED), (N, True, N, VoucherState.REVERSED),
        (R, True, N, VoucherState.REVERSED), (A, True, N, VoucherState.REVERSING),
        (A, True, A, VoucherState.REVERSED),
    ],
)  # fmt: skip
def test_s3_3b_没认可的冲回即刻生效_认可的要等(verdict, asked, by, state) -> None:
    assert state_of(reversal=False, verdict=verdict, asked=asked, reversed_by=by) == state


@pytest.mark.parametrize(
    ("verdict", "origin", "state"),
    [(N, A, VoucherState.REVERSING), (N, N, VoucherState.REVERSED), (N, R, VoucherState.REVERSED),
     (A, A, VoucherState.ACCEPTED), (R, A, VoucherState.RETURNED)],
)  # fmt: skip
def test_冲回那一行的状态(verdict, origin, state) -> None:
    assert state_of(reversal=True, verdict=verdict, origin=origin) == state


# ───────── 月、年、累计 ─────────

DAYS = st.dates(date(2023, 1, 1), date(2027, 12, 31))


@st.composite
def entries(draw) -> list[Entry]:
    """认可的各笔,有的后来冲回(金额相反,到账日相同,认可在后)。"""
    found = []
    for _ in range(draw(st.integers(0, 12))):
        paid = draw(DAYS)
        accepted = paid + timedelta(draw(st.integers(0, 500)))
        amount = draw(st.integers(0, 10**12))
        found.append(Entry(amount, paid, accepted, draw(st.booleans())))
        if draw(st.booleans()):
            found.append(Entry(-amount, paid, accepted + timedelta(draw(st.integers(0, 400)))))
    return found


BY = st.sampled_from(list(CountBy))


@given(entries(), DAYS, BY)
def test_s3_3b_各月之和等于年_各年之和等于累计_任何一天(found, as_of, by) -> None:
    years = range(2020, as_of.year + 3)
    for year in years:
        months = [month_sum(found, year, m, as_of, by) for m in range(1, 13)]
        assert sum(months) == year_sum(found, year, as_of, by)
    assert sum(year_sum(found, y, as_of, by) for y in years) == total_sum(found, as_of)
    got = sums(found, as_of, by)
    assert got.total == total_sum(found, as_of)
    assert got.year == year_sum(found, as_of.year, as_of, by)
    assert got.month == month_sum(found, as_of.year, as_of.month, as_of, by)


@given(entries(), DAYS, BY, st.randoms(use_true_random=False))
def test_s3_3b_与先后次序无关(found, as_of, by, random) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)
    assert sums(shuffled, as_of, by) == sums(found, as_of, by)


@given(entries(), entries(), BY)
def test_s3_3b_全部冲回之后分毫不差地回到原处(kept, gone, by) -> None:
    end = date(2035, 1, 1)
    undone = [Entry(-e.amount, e.paid_on, max(e.accepted_on, date(2030, 1, 1))) for e in gone]
    assert total_sum([*kept, *gone, *undone], end) == total_sum(kept, end)
    by_fact = CountBy.FACT_ON
    plain = [replace(e, historical=False) for e in gone]
    for year, month in {(e.paid_on.year, e.paid_on.month) for e in gone}:
        assert month_sum([*kept, *plain, *undone], year, month, end, by_fact) == month_sum(
            kept, year, month, end, by_fact
        )


@given(entries(), DAYS, st.integers(0, 300), BY)
def test_s3_3b_过去的数不因后来的认可而变(found, as_of, later, by) -> None:
    then = [e for e in found if e.accepted_on <= as_of]
    assert sums(then, as_of, by) == sums(found, as_of, by)
    known = [e for e in found if e.known(as_of)]
    assert total_sum(known, as_of + timedelta(later)) == total_sum(known, as_of)


def test_s3_3b_按认定日旧月不变_按事实日补进旧月_历史凭证按到账日() -> None:
    late = Entry(100, date(2026, 9, 30), date(2026, 11, 2))
    old = Entry(7, date(2024, 5, 6), date(2026, 11, 3), historical=True)
    pair = [late, old]
    assert month_sum(pair, 2026, 11, TODAY, CountBy.RECOGNISED_ON) == 100
    assert month_sum(pair, 2026, 9, TODAY, CountBy.RECOGNISED_ON) == 0
    assert month_sum(pair, 2026, 9, TODAY, CountBy.FACT_ON) == 100
    assert year_sum(pair, 2024, TODAY, CountBy.RECOGNISED_ON) == 7
    assert [k for k, _ in groupby(e.known(date(2026, 11, 1)) for e in pair)] == [False]
