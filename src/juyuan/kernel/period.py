"""日期与期间:把台账里各种写法读成日期,写到哪一级就认到哪一级,不存在的日子一律拒绝。

「以内」「届满」含本数;月份相加遇月末取月末(1月31日加一个月是2月的最后一天)。
"""

from __future__ import annotations

import math
import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
EARLIEST = date(1900, 1, 1)
LATEST = date(2199, 12, 31)
FOREVER = date(9990, 1, 1)
"""此刻的数:已录入的全算。"""
EARLIEST_SERIAL = date(1949, 10, 1)
"""电子表格的序列号若落在此日之前,多半是别的数误放在日期栏。"""

_SEPARATED = re.compile(
    r"(?P<y>[0-9]{4})(?P<sep>[-/.])(?P<m>[0-9]{1,2})(?:(?P=sep)(?P<d>[0-9]{1,2}))?"
)
_CHINESE = re.compile(r"(?P<y>[0-9]{4})年(?:(?P<m>[0-9]{1,2})月(?:份|(?P<d>[0-9]{1,2})[日号])?)?")
_PACKED = re.compile(r"(?P<y>[0-9]{4})(?:(?P<m>[0-9]{2})(?P<d>[0-9]{2})?)?")
_TIME_TAIL = re.compile(r"[ T](?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?$")
_SERIAL = re.compile(r"[0-9]{1,7}(?:\.[0-9]+)?")


class DateError(ValueError):
    """日期写法不合要求;`message` 为中文,含改法。"""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


@dataclass(frozen=True, order=True)
class PartialDate:
    """写到年、月或日的日期;`precision` 说写到哪一级。"""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.month is None and self.day is not None:
            raise ValueError("有日必须有月")
        date(
            self.year,
            1 if self.month is None else self.month,
            1 if self.day is None else self.day,
        )

    @property
    def precision(self) -> str:
        if self.day is not None:
            return "day"
        return "month" if self.month is not None else "year"

    @property
    def first(self) -> date:
        """所写范围的第一天。"""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> date:
        """所写范围的最后一天。"""
        if self.day is not None:
            return self.first
        return month_bounds(self.year, self.month or 12)[1]

    def __str__(self) -> str:
        if self.day is not None:
            return self.first.isoformat()
        return f"{self.year:04d}-{self.month:02d}" if self.month is not None else f"{self.year:04d}"


def parse_date(value: object, *, epoch1904: bool = False) -> date:
    """读成确切的一天;只写到年或月的、不存在的、读不准的都抛 `DateError`。

    `epoch1904` 是工作簿采用 1904 日期系统的标记,只影响序列号。
    """
    found = parse_partial(value, epoch1904=epoch1904)
    if found.day is None:
        level = "月" if found.month is not None else "年"
        raise DateError(
            f"日期「{_shown(value)}」只写到{level}:请补全到日,如 {found.first.isoformat()}"
        )
    return found.first


def parse_partial(value: object, *, epoch1904: bool = False) -> PartialDate:
    """读成写到年、月或日的日期,写到哪一级就认到哪一级。

    认:2024-03-05、2024/3/5、2024.3.5、2024年3月5日、20240305、2024年3月、2024-03、2024,
    后面可带时刻;电子表格序列号(含 1904 系统);日期和时间对象。全角数字先归一。
    """
    if isinstance(value, datetime):
        day = value.astimezone(SHANGHAI).date() if value.tzinfo else value.date()
        return _checked(day.year, day.month, day.day, value)
    if isinstance(value, date):
        return _checked(value.year, value.month, value.day, value)
    if isinstance(value, float):
        return _from_number(value, value, epoch1904)
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise DateError(f"日期「{_shown(value)}」读不准:请写成 2024-03-05")
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", str(value))).strip()
    if not text:
        raise DateError("日期为空:请写成 2024-03-05")
    bare = re.sub(r" (?=[年月日号0-9])|(?<=[年月日]) ", "", _TIME_TAIL.sub("", text))
    found = _SEPARATED.fullmatch(bare) or _CHINESE.fullmatch(bare) or _PACKED.fullmatch(bare)
    if found is not None and not (len(bare) < 8 and bare.isdigit() and not _yearly(bare)):
        month = int(found["m"]) if found["m"] else None
        return _checked(int(found["y"]), month, int(found["d"]) if found["d"] else None, value)
    if _SERIAL.fullmatch(bare):
        return _from_number(float(bare), value, epoch1904)
    raise DateError(_why_not(bare, _shown(value)))


def from_serial(serial: float, *, epoch1904: bool = False) -> date:
    """电子表格序列号 → 日期(小数部分是时刻,舍去)。

    1900 系统里第 60 号是并不存在的 1900-02-29(表格软件沿袭的错误),拒绝;其前后各差一天。
    """
    number = int(serial // 1)
    if epoch1904:
        if number < 0:
            raise DateError(f"日期序列号 {number} 为负:请改写成 2024-03-05")
        return _shift(date(1904, 1, 1), number)
    if number == 60:
        raise DateError("日期序列号 60 对应并不存在的 1900-02-29:请改写成 2024-03-05")
    if number < 1:
        raise DateError(f"日期序列号 {number} 不对应任何日期:请改写成 2024-03-05")
    return _shift(date(1899, 12, 31) if number < 60 else date(1899, 12, 30), number)


def end_of(day: date) -> datetime:
    """某日终了(次日零时,上海时区)。离谱的年份夹到两端:换算时刻不得溢出。"""
    day = min(max(day, EARLIEST), FOREVER)
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=SHANGHAI)


def month_bounds(year: int, month: int) -> tuple[date, date]:
    """某年某月的第一天和最后一天。"""
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def year_bounds(year: int) -> tuple[date, date]:
    """某年的第一天和最后一天。"""
    return date(year, 1, 1), date(year, 12, 31)


def add_months(day: date, months: int) -> date:
    """加(减)若干个自然月;目标月没有这一天则取其最后一天。"""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def reporting_period(day: date, cut_day: int) -> tuple[date, date]:
    """某日所属的报送期:上月 `cut_day` 的次日至本月 `cut_day`(含)。

    `cut_day` 须在 1–28 之间,使每个月都有这一天。
    """
    if not 1 <= cut_day <= 28:
        raise ValueError("报送期的截止日须在 1–28 之间")
    this_cut = day.replace(day=cut_day)
    last = this_cut if day <= this_cut else add_months(this_cut, 1)
    return add_months(last, -1) + timedelta(days=1), last


def _shift(origin: date, days: int) -> date:
    try:
        return origin + timedelta(days=days)
    except OverflowError:
        raise DateError(f"日期序列号 {days} 超出可用范围:请改写成 2024-03-05") from None


def _yearly(digits: str) -> bool:
    """不足 8 位的纯数字里,只有像年份(2024)和年月(202403)的才当日期写法,其余按序列号看。"""
    return len(digits) in (4, 6) and EARLIEST.year <= int(digits[:4]) <= LATEST.year


def _checked(year: int, month: int | None, day: int | None, value: object) -> PartialDate:
    try:
        found = PartialDate(year, month, day)
    except ValueError:
        raise DateError(f"日期「{_shown(value)}」不存在:请核对年月日") from None
    if not EARLIEST <= found.first <= LATEST:
        raise DateError(f"日期「{_shown(value)}」不在 1900–2199 年之间:请核对年份")
    return found


def _from_number(number: float, value: object, epoch1904: bool) -> PartialDate:
    shown = _shown(value)
    if not math.isfinite(number):
        raise DateError(f"日期「{shown}」读不准:请写成 2024-03-05")
    if EARLIEST.year <= number < LATEST.year + 1:
        if number == int(number):
            return _checked(int(number), None, None, value)
        # 单元格里的 2024.1 可能写的是 1 月,也可能是 10 月掉了末尾的零
        raise DateError(f"日期「{shown}」是带小数的数,分不清是哪个月:请写成 2024-01 或 2024年1月")
    if number == int(number) and 19_000_101 <= number <= 21_991_231:
        return parse_partial(str(int(number)))
    day = from_serial(number, epoch1904=epoch1904)
    if not EARLIEST_SERIAL <= day <= LATEST:
        raise DateError(
            f"日期「{shown}」按序列号折算为 {day.isoformat()},不合常理:请写成 2024-03-05"
        )
    return PartialDate(day.year, day.month, day.day)


def _shown(value: object) -> str:
    shown = str(value).strip()
    return shown if len(shown) <= 30 else shown[:30] + "…"


def _why_not(text: str, shown: str) -> str:
    lead = f"日期「{shown}」读不准:"
    if re.fullmatch(r"[0-9]{1,2}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}[日号]?", text):
        return lead + "年份请写四位,如 2024-03-05"
    if re.fullmatch(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}", text):
        return lead + "请按年月日的次序写,如 2024-03-05"
    if re.search(r"[一二三四五六七八九十〇零]", text) and re.search(r"[年月日]", text):
        return lead + "请用阿拉伯数字,如 2024年3月5日"
    if re.search(r"旬|底|初|末|左右|前后|季度|半年|约|至|~", text):
        return lead + "请写确切的年月(2024-03)或年月日(2024-03-05)"
    return lead + "请写成 2024-03-05、2024年3月5日 或 2024-03"
