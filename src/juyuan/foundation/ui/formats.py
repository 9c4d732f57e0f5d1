"""数、钱、日子怎么写成字。纯函数,模板过滤器与导出共用。

约定:两位小数、千分位;负号用 U+2212;没有数写「—」;有数而不足百分之一的写「<0.01」,
因为 0.00 只表示零。自然日说「天」,工作日说「个工作日」。
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from juyuan.kernel.money import WAN, YI

MISSING = "—"
MINUS = "\u2212"
SHANGHAI = ZoneInfo("Asia/Shanghai")
UNIT_LABELS = {"yi": "亿元", "wan": "万元"}
"""记住的金额单位(cookie 值)→ 字样。"""
DEFAULT_UNIT = "yi"
_FACTORS = {"yi": YI, "wan": WAN, "亿元": YI, "万元": WAN, "元": 1}
_WEEKDAYS = "一二三四五六日"


def amount(yuan: object, unit: str = DEFAULT_UNIT) -> str:
    """整数元 → 该单位下的两位小数(四舍五入,千分位);`unit` 为 yi/wan 或 亿元/万元/元。"""
    if yuan is None or yuan == "":
        return MISSING
    if isinstance(yuan, bool) or not isinstance(yuan, int):
        raise TypeError(f"金额只收整数元,收到 {yuan!r}")
    factor = _FACTORS.get(unit, YI)
    if factor == 1:
        return _signed(yuan, f"{abs(yuan):,}")
    cents = (abs(yuan) * 200 + factor) // (2 * factor)
    if cents == 0 and yuan:
        return _signed(yuan, "<0.01") if yuan > 0 else f">{MINUS}0.01"
    return _signed(yuan, f"{cents // 100:,}.{cents % 100:02d}")


def number(value: object, places: int = 0) -> str:
    """一般数:千分位,`places` 位小数。"""
    if value is None or value == "":
        return MISSING
    shown = f"{value:,.{places}f}" if places else f"{value:,}"
    return shown.replace("-", MINUS)


def percent(bp: object, places: int = 2) -> str:
    """基点 → 百分数(8000 → 80.00%)。"""
    if bp is None or bp == "":
        return MISSING
    if isinstance(bp, bool) or not isinstance(bp, int):
        raise TypeError(f"份额只收整数基点,收到 {bp!r}")
    step = 10 ** (2 - places)
    scaled = (abs(bp) * 2 + step) // (2 * step)
    if places == 0:
        return _signed(bp, f"{scaled}%")
    unit = 10**places
    return _signed(bp, f"{scaled // unit}.{scaled % unit:0{places}d}%")


def day(value: object, today: object = None) -> str:
    """日期 2026-11-20;给了 `today` 且同年则 11-20。时刻先换到上海时间。"""
    found = _date(value)
    if found is None:
        return MISSING if value is None or value == "" else str(value)
    reference = _date(today)
    if reference is not None and reference.year == found.year:
        return f"{found.month:02d}-{found.day:02d}"
    return found.isoformat()


def moment(value: object, today: object = None) -> str:
    """时刻 2026-11-16 15:22;给了 `today` 且同年则 11-16 15:22。"""
    if not isinstance(value, datetime):
        return day(value, today)
    local = value.astimezone(SHANGHAI) if value.tzinfo else value
    return f"{day(local, today)} {local:%H:%M}"


def weekday(value: object) -> str:
    found = _date(value)
    return f"星期{_WEEKDAYS[found.weekday()]}" if found else ""


def due_text(left: object, kind: str = "workday") -> str:
    """还剩几个工作日(`kind="day"` 则自然日):还有 2 个工作日 · 今天 · 逾期 3 个工作日。"""
    if not isinstance(left, int) or isinstance(left, bool):
        return ""
    unit = "天" if kind == "day" else "个工作日"
    if left == 0:
        return "今天"
    return f"还有 {left} {unit}" if left > 0 else f"逾期 {-left} {unit}"


def due_level(left: object) -> str:
    """期限的信号:逾期 bad · 今天 warn · 其余空。"""
    if not isinstance(left, int) or isinstance(left, bool):
        return ""
    return "bad" if left < 0 else "warn" if left == 0 else ""


def size(count: object) -> str:
    """字节数 → 2.1 MB。"""
    if not isinstance(count, int):
        return MISSING
    if count < 1024:
        return f"{count} 字节"
    for name, factor in (("KB", 1024), ("MB", 1024**2), ("GB", 1024**3)):
        if count < factor * 1024 or name == "GB":
            return f"{count / factor:.1f} {name}"
    return MISSING


def _signed(value: int, shown: str) -> str:
    return MINUS + shown if value < 0 else shown


def _date(value: object) -> date | None:
    if isinstance(value, datetime):
        return (value.astimezone(SHANGHAI) if value.tzinfo else value).date()
    return value if isinstance(value, date) else None
