"""视图与草稿的判断:条件怎样规范化、名称行不行、草稿哪些栏要留。纯函数。"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode

from juyuan.kernel.verdict import Finding

# 不是条件:翻页位置、每页行数、正开着哪个视图
VOLATILE = frozenset({"cursor", "page", "limit", "v", "csrfmiddlewaretoken"})
MAX_PAIRS = 60
MAX_QUERY = 1500
MAX_NAME = 30
# 草稿里不留的栏:令牌、已收下的文件(凭签名,会过期)、按钮
NOT_KEPT = frozenset({"csrfmiddlewaretoken", "kept_file", "save", "_form", "_object", "_version"})
MAX_FIELDS = 12_000

Pairs = list[tuple[str, str]]


def canonical(query: str) -> str:
    """查询串 → 规范写法:去掉翻页一类和空值,按名排序(同名的保持先后)。两次规范化与一次相同。"""
    text = query.lstrip("?").replace("\x00", "")
    pairs = parse_qsl(text[: MAX_QUERY * 4], keep_blank_values=False, max_num_fields=400)
    kept = [
        (name[:40], value.strip())
        for name, value in pairs
        if name and name not in VOLATILE and value.strip()
    ]
    kept.sort(key=lambda pair: pair[0])
    while kept and (len(kept) > MAX_PAIRS or len(urlencode(kept)) > MAX_QUERY):
        kept.pop()
    return urlencode(kept)


def judge_name(name: str, taken: Iterable[str], count: int, most: int) -> list[Finding]:
    """名称一到三十字、看得见,同一列表里自己的不重名,总数不超过上限。"""
    found = []
    clean = name.strip()
    if not clean:
        found.append(Finding("name", "view.name", "", "请给视图起个名字,如「本区待核实」"))
    elif len(clean) > MAX_NAME:
        found.append(Finding("name", "view.name", "", f"名字最多 {MAX_NAME} 个字,请缩短"))
    elif any(not ch.isprintable() for ch in clean):
        found.append(Finding("name", "view.name", "", "名字里有看不见的字符,请重新输入"))
    elif clean in set(taken):
        found.append(
            Finding("name", "view.twice", "", f"您已有叫「{clean}」的视图,请换个名字,或改那一个")
        )
    if count >= most:
        found.append(
            Finding("name", "view.many", "", f"一个列表最多存 {most} 个视图,请先删去不用的")
        )
    return found


def kept_pairs(pairs: Iterable[tuple[str, str]]) -> Pairs:
    """要存进草稿的栏:去掉令牌、文件凭据、按钮;空字符一并去掉。"""
    return [
        (name[:120], value.replace("\x00", ""))
        for name, value in pairs
        if name and name not in NOT_KEPT
    ]


def size_of(pairs: Sequence[tuple[str, str]]) -> int:
    """草稿占多少字节。"""
    return sum(len(name.encode()) + len(value.encode()) for name, value in pairs)


def judge_draft(
    pairs: Sequence[tuple[str, str]], *, most_bytes: int, count: int, most: int
) -> list[Finding]:
    """草稿太大、太多的不收;说明还能怎样。"""
    if size_of(pairs) > most_bytes or len(pairs) > MAX_FIELDS:
        said = f"填的内容超过 {most_bytes // 1024} KB,没有自动保存;请直接提交,或分几次填"
        return [Finding("", "draft.size", "", said)]
    if count >= most:
        said = f"您已有 {most} 份草稿,这一份没有自动保存;请先到「我的草稿」清掉不要的"
        return [Finding("", "draft.many", "", said)]
    return []


def expired_before(now: datetime, keep_days: int) -> datetime:
    """早于此刻自动保存的草稿到期(届满当日仍在)。"""
    return now - timedelta(days=keep_days)
