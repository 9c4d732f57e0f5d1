"""到位资金的规则:认可多少、何时重复、月年总如何一致。纯判断,金额单位元。

两个日期:事实日(到账日)与认定日(核验人认可之日)。截至某日的数只算两者都不晚于该日的;
归到哪个月、哪一年按参数 `recognition.count_by`(缺省认定日),期初带进来的历史凭证一律按到账日。
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from juyuan.kernel.actor import Actor
from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled
from juyuan.kernel.money import MAX_YUAN
from juyuan.kernel.text import compact
from juyuan.kernel.verdict import Access, Allowed, Denial, Finding
from juyuan.rooms.pipeline.rules.amounts import FULL_BP, Origin
from juyuan.rooms.pipeline.rules.recognition import Verifiers

CLAUSE = "3.3b"
FISCAL = "fiscal"  # 凭证种类里的财政资金
HOME = "CNY"
CURRENCIES = {
    "CNY": "人民币", "USD": "美元", "EUR": "欧元", "HKD": "港元", "JPY": "日元",
    "GBP": "英镑", "KRW": "韩元", "SGD": "新加坡元", "TWD": "新台币",
}  # fmt: skip
EARLIEST = date(1990, 1, 1)
MAX_FOREIGN = Decimal(10) ** 15
MAX_RATE = Decimal(10) ** 7
CENT, RATE_STEP = Decimal("0.01"), Decimal("0.000001")


class CheckVerdict(Labelled):
    """核验结论。"""

    ACCEPTED = "accepted", "认可"
    RETURNED = "returned", "退回"


class KeyKind(Labelled):
    """凭据键的类别。"""

    NUMBER = "number", "凭证号"
    FILE = "file", "凭证文件"


class VoucherState(Labelled):
    """一张凭证(或一笔冲回)此刻的样子。冲回待核验的仍在计数。"""

    WAITING = "waiting", "待核验"
    ACCEPTED = "accepted", "已认可"
    RETURNED = "returned", "已退回"
    REVERSING = "reversing", "冲回待核验"
    REVERSED = "reversed", "已冲回"


class CountBy(Labelled):
    """数字按哪个日期归期(参数 recognition.count_by)。"""

    RECOGNISED_ON = "recognised_on", "认定日"
    FACT_ON = "fact_on", "事实日"


class VoucherCaseState(Labelled):
    """凭证重合的核对结论。"""

    OPEN = "open", "待核对"
    SAME = "same", "同一张凭证"
    DIFFERENT = "different", "不是同一张"


# ───────── 一张凭证 ─────────


@dataclass(frozen=True)
class VoucherDraft:
    """一张待登记的凭证。`amount` 为人民币元;外币只填原币与汇率,元由规则折算。"""

    kind: str
    paid_on: date | None
    number: str
    amount: int | None = None
    currency: str = HOME
    foreign_amount: Decimal | None = None
    rate: Decimal | None = None
    rate_on: date | None = None
    rate_source: str = ""
    payer_id: int | None = None
    payer_name: str = ""
    origin: Origin = Origin.UNKNOWN
    fiscal: bool = False
    note: str = ""
    file_id: int | None = None

    @property
    def yuan(self) -> int | None:
        """折成的元:人民币即所填,外币为原币乘以汇率,四舍五入一次。"""
        if self.currency == HOME:
            return self.amount
        if self.foreign_amount is None or self.rate is None:
            return None
        return yuan_of(self.foreign_amount, self.rate)


@dataclass(frozen=True)
class Payer:
    """项目的一个出资方:名称、来源地、是否财政资金。"""

    name: str
    origin: Origin
    fiscal: bool


@dataclass(frozen=True)
class VoucherContext:
    """判断要用的:项目的出资方、到账日有效的认可比例(种类 → 基点)、汇率日期的限度(天)。"""

    payers: Mapping[int, Payer] = field(default_factory=dict)
    shares: Mapping[str, int] = field(default_factory=dict)
    rate_days: int = 0


def yuan_of(foreign: Decimal, rate: Decimal) -> int:
    """外币折元:原币金额 × 汇率(1 单位外币折人民币元),四舍五入到元,只舍入一次。"""
    return int((foreign * rate).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def fold_number(text: str) -> str:
    """收据、发票号归一:全角半角、大小写、空格、连字符与一切标点都不算数。"""
    return compact(text)


def recognised_share(kind: str, fiscal: bool, shares: Mapping[str, int]) -> int:
    """认可比例(基点):财政资金为 0;其余按种类,表里没有的种类为 0。"""
    return 0 if fiscal or kind == FISCAL else shares.get(kind, 0)


@rule("3.3b")
def recognised_amount(amount: int, kind: str, fiscal: bool, shares: Mapping[str, int]) -> int:
    """强化项目动态管理:到位资金按凭证种类的比例认可(元,不足 1 元舍去),财政资金计 0。"""
    return amount * recognised_share(kind, fiscal, shares) // FULL_BP


@rule("3.3b")
def judge_voucher(
    draft: VoucherDraft, context: VoucherContext, today: date, *, needs_file: bool = True
) -> list[Finding]:
    """强化项目动态管理:一笔到位资金的要素齐不齐、合不合理。查重不在此处(见 `repeated`)。"""
    found: list[Finding] = []

    def need(name: str, code: str, message: str) -> None:
        found.append(Finding(name, f"voucher.{code}", CLAUSE, message))

    if draft.kind not in context.shares:
        need("kind", "kind", "请选择凭证种类")
    if draft.paid_on is None:
        need("paid_on", "date", "请写明到账日")
    elif draft.paid_on > today:
        need("paid_on", "date", f"到账日不能晚于今天（{today}）")
    elif draft.paid_on < EARLIEST:
        need("paid_on", "date", f"到账日 {draft.paid_on} 太早，请核对年份")
    if not draft.number.strip():
        need("number", "number", "请写明收据号、发票号或银行流水号")
    elif len(draft.number.strip()) > 100:
        need("number", "number", "凭证号最多100个字")
    elif not fold_number(draft.number):
        need("number", "number", "凭证号里没有数字或文字，请照凭证填写")
    if draft.payer_id is None and not draft.payer_name.strip():
        need("payer", "payer", "请写明是谁的钱：选出资方，或填付款人")
    if draft.payer_id is not None and draft.payer_id not in context.payers:
        need("payer", "payer", "这一家不是本项目的出资方，请从出资方里选，或改填付款人")
    payer = context.payers.get(draft.payer_id or 0)
    if payer is not None and payer.fiscal and not (draft.fiscal or draft.kind == FISCAL):
        need(
            "fiscal", "fiscal", f"出资方「{payer.name}」登记为财政资金，请标明财政资金（认可计 0）"
        )
    if needs_file and draft.file_id is None:
        need("file", "file", "请附上凭证文件")
    found += _money_findings(draft, context.rate_days)
    return found


def _money_findings(draft: VoucherDraft, rate_days: int) -> list[Finding]:
    """金额、币种、汇率。"""
    found: list[Finding] = []

    def need(name: str, code: str, message: str) -> None:
        found.append(Finding(name, f"voucher.{code}", CLAUSE, message))

    if draft.currency not in CURRENCIES:
        need("currency", "currency", "没有这个币种，请从列表中选择")
        return found
    if draft.currency == HOME:
        if draft.foreign_amount is not None or draft.rate is not None:
            need("currency", "currency", "填了原币金额或汇率，请选择币种；人民币不必填汇率")
        if draft.amount is None:
            need("amount", "amount", "请填写到账金额")
        elif not 0 < draft.amount <= MAX_YUAN:
            need("amount", "amount", "到账金额须大于0；冲减请用冲回")
        return found
    label = CURRENCIES[draft.currency]
    if draft.amount is not None:
        need("amount", "amount", f"{label}到账的只填原币金额与汇率，人民币由系统折算")
    if draft.foreign_amount is None or not 0 < draft.foreign_amount < MAX_FOREIGN:
        need("foreign_amount", "foreign_amount", f"请填写{label}金额，须大于0")
    elif draft.foreign_amount != draft.foreign_amount.quantize(CENT):
        need("foreign_amount", "foreign_amount", "原币金额至多两位小数")
    if draft.rate is None or not 0 < draft.rate < MAX_RATE:
        need("rate", "rate", f"请填写汇率（1{label}折人民币多少元）")
    elif draft.rate != draft.rate.quantize(RATE_STEP):
        need("rate", "rate", "汇率至多六位小数")
    if not found and not 0 < (draft.yuan or 0) <= MAX_YUAN:
        need("rate", "rate", "折算不足1元或大得不合常理，请核对原币金额与汇率")
    if draft.rate_on is None:
        need("rate_on", "rate_on", "请写明汇率是哪一天的")
    elif draft.paid_on is not None:
        days = (draft.paid_on - draft.rate_on).days
        if days < 0:
            need("rate_on", "rate_on", "汇率日期不能晚于到账日")
        elif days > rate_days:
            need("rate_on", "rate_on", f"汇率日期距到账日{days}天，须在{rate_days}天以内")
    if not draft.rate_source.strip():
        need("rate_source", "rate_source", "请写明汇率的来源，如中国人民银行中间价")
    return found


# ───────── 一张凭证只用一次 ─────────


@dataclass(frozen=True)
class Holder:
    """占着某个凭据键的凭证:在哪个项目、看不看得见、是不是就在本项目。"""

    kind: KeyKind
    project_code: str
    project_name: str
    own: bool
    visible: bool


@rule("3.3b")
def repeated(holders: Iterable[Holder], held_answer: str) -> list[Finding]:
    """强化项目动态管理:同一收据、发票、文件全库只用一次。

    看得见的说明用在哪里;看不见的只有一句 `held_answer`,不透露是哪个项目。
    """
    found: dict[tuple[str, str], Finding] = {}
    for holder in holders:
        name = "number" if holder.kind == KeyKind.NUMBER else "file"
        what = "这个凭证号" if holder.kind == KeyKind.NUMBER else "这份凭证文件"
        if holder.own:
            code, text = "twice", f"{what}本项目已经登记过；登记错了的请先冲回"
        elif holder.visible:
            code = "used"
            text = f"{what}已用在「{holder.project_name}」（{holder.project_code}），同一张凭证只能用一次"
        else:
            code, text = "held", held_answer
        found.setdefault((name, text), Finding(name, f"voucher.{code}", CLAUSE, text))
    return list(found.values())


# ───────── 核验 ─────────


@rule("3.3b")
def may_check(
    actor: Actor, *, lead_function: str, verifiers: Verifiers, makers: Collection[int]
) -> Access:
    """强化项目动态管理:凭证经另一双眼睛核验才计数,提交人不得核验自己提交的。"""
    function = verifiers.function_for(lead_function)
    if not actor.has("verifier", function):
        return Denial(f"本项目的到位资金凭证由{verifiers.name_of(function)}核验人核验", CLAUSE)
    if actor.account_id in makers:
        return Denial("提交人不得核验自己提交的凭证，请另一位核验人办理", CLAUSE)
    return Allowed()


def state_of(
    *,
    reversal: bool,
    verdict: CheckVerdict | None,
    asked: bool = False,
    reversed_by: CheckVerdict | None = None,
    origin: CheckVerdict | None = None,
) -> VoucherState:
    """此刻的样子。没有认可过的凭证一经冲回即刻生效,认可过的要等那笔冲回也被认可。

    `reversal` 这一行本身是不是冲回,`origin` 它所指那张的结论;`verdict` 这一行的结论;
    `asked` 有没有未被退回的冲回指向这一行,`reversed_by` 那笔冲回的结论。
    """
    if reversal and verdict is None:
        waiting = origin == CheckVerdict.ACCEPTED
        return VoucherState.REVERSING if waiting else VoucherState.REVERSED
    if asked:
        still = verdict == CheckVerdict.ACCEPTED and reversed_by != CheckVerdict.ACCEPTED
        return VoucherState.REVERSING if still else VoucherState.REVERSED
    if verdict is None:
        return VoucherState.WAITING
    return VoucherState.ACCEPTED if verdict == CheckVerdict.ACCEPTED else VoucherState.RETURNED


# ───────── 月、年、累计 ─────────


@dataclass(frozen=True)
class Entry:
    """计数的一笔:认可为正,冲回(经认可)为负。两个日期都带着。"""

    amount: int
    paid_on: date
    accepted_on: date
    historical: bool = False

    def counted_on(self, by: CountBy) -> date:
        """归到哪一天;历史凭证按到账日。"""
        fact = self.historical or by == CountBy.FACT_ON
        return self.paid_on if fact else self.accepted_on

    def known(self, as_of: date) -> bool:
        """该日终了前已发生并已认可。"""
        return self.paid_on <= as_of and self.accepted_on <= as_of


@dataclass(frozen=True)
class Sums:
    """本月、本年、累计(元)。"""

    month: int = 0
    year: int = 0
    total: int = 0


def month_sum(entries: Iterable[Entry], year: int, month: int, as_of: date, by: CountBy) -> int:
    """某个自然月(截至 `as_of` 已知的)。"""
    return sum(
        e.amount
        for e in entries
        if e.known(as_of) and (e.counted_on(by).year, e.counted_on(by).month) == (year, month)
    )


def year_sum(entries: Iterable[Entry], year: int, as_of: date, by: CountBy) -> int:
    """某年(截至 `as_of` 已知的)。"""
    return sum(e.amount for e in entries if e.known(as_of) and e.counted_on(by).year == year)


def total_sum(entries: Iterable[Entry], as_of: date) -> int:
    """累计(截至 `as_of` 已知的);与按哪个日期归期无关。"""
    return sum(e.amount for e in entries if e.known(as_of))


@rule("3.3b")
def sums(entries: Iterable[Entry], as_of: date, by: CountBy) -> Sums:
    """强化项目动态管理:截至某日的本月、本年、累计,各月之和恒等于年,各年之和恒等于累计。"""
    month = year = total = 0
    for entry in entries:
        if not entry.known(as_of):
            continue
        total += entry.amount
        day = entry.counted_on(by)
        if day.year == as_of.year:
            year += entry.amount
            if day.month == as_of.month:
                month += entry.amount
    return Sums(month, year, total)
