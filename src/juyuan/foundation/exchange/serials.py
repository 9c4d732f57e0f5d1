"""表格软件的日期序列数。纯函数。"""

from __future__ import annotations

import datetime as dt

# 表格软件的日期不带时区
_EPOCH_1900 = dt.datetime(1899, 12, 30)  # noqa: DTZ001
_EPOCH_1904 = dt.datetime(1904, 1, 1)  # noqa: DTZ001
_MAX_SERIAL = 2_958_465  # 9999-12-31


def serial_to_date(serial: float, date1904: bool = False) -> dt.date | dt.datetime | dt.time | None:
    """序列数 → 日期(带钟点的给 datetime,不足一天的给时刻);超出范围给 None。

    1900 纪年里软件多算了一个 1900-02-29,故 60 以前的序列数差一天,这里照实补正。
    """
    if not 0 < serial < _MAX_SERIAL:
        return None
    seconds = round((serial % 1) * 86_400)
    if serial < 1 and not date1904:
        hours, rest = divmod(min(seconds, 86_399), 3600)
        return dt.time(hours, rest // 60, rest % 60)
    if date1904:
        moment = _EPOCH_1904 + dt.timedelta(days=serial)
    else:
        moment = _EPOCH_1900 + dt.timedelta(days=serial if serial >= 60 else serial + 1)
    if seconds in (0, 86_400):
        return (moment + dt.timedelta(seconds=1)).date()
    return moment.replace(microsecond=0)
