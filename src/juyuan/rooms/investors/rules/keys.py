"""匹配键:能证明或提示两处说的是同一家的那些值。空值不是证据。"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from juyuan.kernel import regions
from juyuan.kernel.names import key_text
from juyuan.kernel.text import compact
from juyuan.kernel.uscc import compact as compact_uscc

Key = tuple[str, str]
"""(键类, 键值);键类见 models.KeyKind。"""
MAX_VALUE = 320
# 谁都能注册的邮箱,域名相同说明不了什么
PUBLIC_MAIL = frozenset(
    {
        "qq.com",
        "foxmail.com",
        "163.com",
        "126.com",
        "yeah.net",
        "sina.com",
        "sina.cn",
        "sohu.com",
        "139.com",
        "189.cn",
        "aliyun.com",
        "tom.com",
        "21cn.com",
        "gmail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "yahoo.com",
        "icloud.com",
    }
)


_PLOT = re.compile(r"[0-9a-z]|地块|宗地|号|幢|栋|座|厂房|车间")


def keys_of(
    *,
    name: str = "",
    uscc: str = "",
    foreign_id: str = "",
    controller: str = "",
    group: str = "",
    aliases: Iterable[str] = (),
    phones: Iterable[str] = (),
    emails: Iterable[str] = (),
) -> list[Key]:
    """一个对象应有的全部匹配键,去重、去空、次序固定。"""
    found: list[Key] = [
        ("uscc", compact_uscc(uscc)),
        ("foreign_id", compact(foreign_id)),
        ("name", key_text(name)),
        ("controller", controller_key(controller)),
        # 所属集团与实际控制人同类:都说明背后是谁
        ("controller", controller_key(group)),
        *(("alias", key_text(alias)) for alias in aliases),
        *(("phone", phone_key(phone)) for phone in phones),
        *(("domain", domain_key(email)) for email in emails),
    ]
    return list(dict.fromkeys((kind, value[:MAX_VALUE]) for kind, value in found if value))


def phone_key(phone: str) -> str:
    """电话 → 只留数字,去国家码与分机;不足 7 位的不成键。"""
    text = unicodedata.normalize("NFKC", phone).split("转")[0]
    digits = re.sub(r"[^0-9]", "", text)
    if len(digits) > 11 and digits.startswith("86"):
        digits = digits[2:]
    return digits if len(digits) >= 7 else ""


def domain_key(email: str) -> str:
    """邮箱 → 域名(小写);公共邮箱不成键。"""
    _, _, domain = unicodedata.normalize("NFKC", email).strip().lower().rpartition("@")
    domain = domain.strip(". ")
    return "" if "." not in domain or domain in PUBLIC_MAIL else domain


def controller_key(controller: str) -> str:
    """实际控制人(人或公司)→ 名称键;一个字的不成键。"""
    return key_text(controller) if len(compact(controller)) > 1 else ""


def parcel_key(site: str) -> str:
    """地点 → 地块键:去掉开头的省市县;没有写到号、地块、楼栋的(只说哪个园区)不成键。"""
    folded = compact(site)
    while (here := regions.leading_region(folded)) is not None and here[2]:
        folded = folded[len(here[1]) :]
    return folded[:MAX_VALUE] if len(folded) >= 4 and _PLOT.search(folded) else ""


def mask_phone(phone: str) -> str:
    """电话的掩码:留前三后四(不够长则只留末两位)。"""
    if len(phone) >= 11:
        return phone[:3] + "*" * (len(phone) - 7) + phone[-4:]
    return "*" * max(len(phone) - 2, 0) + phone[-2:] if phone else ""


def mask_email(email: str) -> str:
    """邮箱的掩码:留首字与域名。"""
    name, at, domain = email.partition("@")
    return f"{name[:1]}***{at}{domain}" if at else "***" if email else ""
