"""投资方的内容:填了什么、合不合理。金额单位:元。"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from juyuan.kernel.money import to_wan
from juyuan.kernel.names import key_text
from juyuan.kernel.uscc import UsccError, parse_uscc
from juyuan.kernel.verdict import Finding

CLAUSE = "2.5b"
MAX_NAME = 200
KINDS = {
    "enterprise": "企业",
    "branch": "分支机构",
    "fund": "基金或合伙企业",
    "institution": "事业单位或社会组织",
    "person": "自然人",
}
HONOURS = {
    "listed": "上市公司",
    "top500_world": "世界500强",
    "top500_china": "中国500强",
    "top500_private": "民营500强",
    "central": "中央企业",
    "specialised": "专精特新",
    "high_tech": "高新技术企业",
}
ALIAS_KINDS = ("short", "former", "foreign", "other")
MAX_CAPITAL = 10**15
_EMAIL = re.compile(r"[^@\s]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_PHONE = re.compile(r"\+?[0-9][0-9()\- ]{5,30}(?:转[0-9]{1,6})?")


@dataclass(frozen=True)
class InvestorDraft:
    """一家投资方所填的内容。空串、None、空元组即没填。"""

    name: str
    uscc: str = ""
    kind: str = "enterprise"
    foreign_id: str = ""
    country: str = "中国"
    place: str = ""
    controller: str = ""
    group: str = ""
    honours: tuple[str, ...] = ()
    registered_capital: int | None = None
    founded_on: date | None = None
    business: str = ""
    is_key: bool = False
    remark: str = ""


LABELS = {
    "name": "名称",
    "uscc": "统一社会信用代码",
    "kind": "主体类别",
    "foreign_id": "境外编号",
    "country": "注册国家或地区",
    "place": "注册地",
    "controller": "实际控制人",
    "group": "所属集团",
    "honours": "企业资质",
    "registered_capital": "注册资本",
    "founded_on": "成立日期",
    "business": "主营业务",
    "is_key": "重点企业",
    "remark": "备注",
}
FIELDS = tuple(f.name for f in fields(InvestorDraft))
_LENGTHS = {
    "name": MAX_NAME,
    "foreign_id": 60,
    "country": 60,
    "place": 100,
    "controller": 200,
    "group": 200,
    "business": 4000,
    "remark": 4000,
}


def judge_fields(draft: InvestorDraft, today: date) -> list[Finding]:
    """内容是否合理;每条都说怎么改。"""
    found: list[Finding] = []

    def say(field: str, rule: str, message: str) -> None:
        found.append(Finding(field, f"investor.{rule}", CLAUSE, message))

    if not draft.name.strip():
        say("name", "name.missing", "请填写投资方名称")
    elif not key_text(draft.name):
        say("name", "name.core", f"「{draft.name}」只有地名或组织形式,请填写全称")
    for field, longest in _LENGTHS.items():
        if len(getattr(draft, field)) > longest:
            say(field, "length", f"{LABELS[field]}最多 {longest} 字")
    if any("\x00" in str(getattr(draft, field)) for field in FIELDS):
        say("name", "characters", "含有不可见的控制字符,请重新输入")
    if draft.uscc:
        try:
            parse_uscc(draft.uscc)
        except UsccError as error:
            say("uscc", "uscc", error.message)
    if draft.kind not in KINDS:
        say("kind", "kind", "主体类别不在可选的值之内")
    if draft.kind == "person" and draft.uscc:
        say("uscc", "person.uscc", "自然人没有统一社会信用代码,请核对主体类别")
    for honour in draft.honours:
        if honour not in HONOURS:
            say("honours", "honour", f"企业资质「{honour}」不在可选的值之内")
    capital = draft.registered_capital
    if capital is not None and not 0 <= capital <= MAX_CAPITAL:
        say("registered_capital", "capital", "注册资本须为零或正数,且不超过 1000 万亿元")
    if draft.founded_on is not None and draft.founded_on > today:
        say("founded_on", "founded", "成立日期晚于今天,请核对")
    return found


def said(name: str, value: Any) -> str:
    """一项内容写成字:类别与资质用中文名,金额用万元,没填为空。"""
    if value in (None, "", False, (), []):
        return ""
    if name == "kind":
        return KINDS.get(str(value), str(value))
    if name == "honours":
        return "、".join(HONOURS.get(str(part), str(part)) for part in value)
    if name == "registered_capital":
        return f"{to_wan(value)}万元"
    if name == "is_key":
        return "是"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def normalised_uscc(text: str) -> str:
    """核过的代码的标准写法;调用前须已由 `judge_fields` 放行。"""
    return parse_uscc(text).code if text else ""


@dataclass(frozen=True)
class ContactDraft:
    """一位联系人。"""

    name: str
    title: str = ""
    phone: str = ""
    email: str = ""


def judge_contact(draft: ContactDraft) -> list[Finding]:
    """联系人内容是否合理。"""
    found: list[Finding] = []

    def say(field: str, rule: str, message: str) -> None:
        found.append(Finding(field, f"contact.{rule}", CLAUSE, message))

    if not draft.name.strip():
        say("name", "name.missing", "请填写联系人姓名")
    if not draft.phone and not draft.email:
        say("phone", "reach", "电话、邮箱至少填一项")
    for field, longest in (("name", 60), ("title", 60), ("phone", 40), ("email", 120)):
        text = getattr(draft, field)
        if len(text) > longest:
            say(field, "length", f"最多 {longest} 字")
        elif "\x00" in text:
            say(field, "characters", "含有不可见的控制字符,请重新输入")
    if draft.phone and not _PHONE.fullmatch(draft.phone.strip()):
        say("phone", "phone", "电话读不准,请写成 13800000000 或 0437-0000000")
    if draft.email and not _EMAIL.fullmatch(draft.email.strip()):
        say("email", "email", "邮箱读不准,请写成 name@example.cn")
    return found


def judge_alias(name: str, kind: str) -> list[Finding]:
    """别名是否合理。"""
    found: list[Finding] = []
    if not key_text(name):
        found.append(Finding("name", "alias.name", CLAUSE, "请填写别名,不能只有地名或组织形式"))
    if len(name) > MAX_NAME or "\x00" in name:
        found.append(Finding("name", "alias.length", CLAUSE, f"别名最多 {MAX_NAME} 字"))
    if kind not in ALIAS_KINDS:
        found.append(Finding("kind", "alias.kind", CLAUSE, "别名类别不在可选的值之内"))
    return found
