"""往外送的渠道:只做收发,不碰数据库。去处只从管理员的设置来。"""

from __future__ import annotations


class Undelivered(Exception):
    """确实没送到,过一会再试。"""


class Rejected(Exception):
    """对方明确不收,再试也没有用。"""


class Unclear(Exception):
    """送出去了,不知到没到:不再送,免得重复。"""


class BadSetting(ValueError):
    """设置写得不对(给管理员看)。"""
