"""查重的档:两边各有哪些证据、落在第几档、是不是同一件事。纯函数。

第 1 档 代码相同;第 2 档 名称键或别名相同(两边都有代码而不同的,就不是同一家,只作提示);
第 3 档 电话、邮箱域名、控制人或集团、地块相同(命中太多的键不算);第 4 档 名称相近,或项目名称相同,供人参考。
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled
from juyuan.kernel.names import HINT, SAME, compare
from juyuan.kernel.text import compact
from juyuan.kernel.uscc import compact as compact_uscc
from juyuan.rooms.investors.rules.keys import (
    Key,
    controller_key,
    domain_key,
    parcel_key,
    phone_key,
)
from juyuan.rooms.pipeline.rules.naming import SIMILAR, overlap_percent, project_key
from juyuan.rooms.pipeline.rules.relations import (
    FULL_BP,
    SAME_NAME,
    Limits,
    near_threshold,
    phase_of,
    stem_of,
)

CODE, NAME, SHARED, LIKE, NONE = 1, 2, 3, 4, 0
"""档:1 最强,4 只是提示,0 没有重合。"""
TIERS = (CODE, NAME, SHARED, LIKE)
LABELS = {
    "name": "投资方名称",
    "aliases": "别名、曾用名",
    "uscc": "统一社会信用代码",
    "foreign_id": "境外编号",
    "phone": "联系电话",
    "email": "邮箱域名",
    "controller": "实际控制人",
    "group": "所属集团",
    "site": "地点",
    "project_name": "项目名称",
}
"""可能吻合的字段,次序即显示的次序。"""


@dataclass(frozen=True)
class Subject:
    """一方所知的内容:投资方的与项目的。金额为整数元;空着的不是证据。"""

    name: str = ""
    aliases: tuple[str, ...] = ()
    uscc: str = ""
    foreign_id: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    controller: str = ""
    group: str = ""
    project_name: str = ""
    content: str = ""
    amount: int | None = None
    site: str = ""

    @property
    def empty(self) -> bool:
        """什么可比的也没有。"""
        return not any(getattr(self, f.name) for f in fields(self) if f.name != "amount")


@dataclass(frozen=True)
class Overlap:
    """比对的结果:第几档,我方的哪几项吻合。"""

    tier: int = NONE
    reasons: tuple[str, ...] = ()


class Sameness(Labelled):
    """是不是同一件事(内容、地点、金额)。"""

    SAME = "same", "同一件"
    DIFFERENT = "different", "另一件"
    UNKNOWN = "unknown", "看不出"


@dataclass(frozen=True)
class Shared:
    """第 3 档的键,每个带着我方是哪一项。"""

    field: str
    key: Key


def shared_keys(subject: Subject) -> list[Shared]:
    """一方可供第 3 档比对的键;空的、公共邮箱、不成地块的不在内。"""
    found = [
        *(Shared("phone", ("phone", phone_key(phone))) for phone in subject.phones),
        *(Shared("email", ("domain", domain_key(email))) for email in subject.emails),
        Shared("controller", ("controller", controller_key(subject.controller))),
        Shared("group", ("controller", controller_key(subject.group))),
        Shared("site", ("parcel", parcel_key(subject.site))),
    ]
    return [one for one in found if one.key[1]]


@rule("3.2b")
def grade_overlap(mine: Subject, theirs: Subject, crowded: Collection[Key] = ()) -> Overlap:
    """按照“谁对接、谁牵头”的原则:先看是不是同一家、同一件。

    `crowded` 是命中太多、没有辨别力的键。两边互换,档不变;相同的证据越多,档不会变弱。
    """
    found: dict[int, list[str]] = {tier: [] for tier in TIERS}
    code, other = compact_uscc(mine.uscc), compact_uscc(theirs.uscc)
    foreign, abroad = compact(mine.foreign_id), compact(theirs.foreign_id)
    if code and code == other:
        found[CODE].append("uscc")
    if foreign and foreign == abroad:
        found[CODE].append("foreign_id")
    apart = not found[CODE] and bool(code and other and code != other)
    for field, names in (("name", (mine.name,)), ("aliases", mine.aliases)):
        tier = _by_name(names, (theirs.name, *theirs.aliases))
        if tier:
            found[LIKE if apart else tier].append(field)
    held = {one.key for one in shared_keys(theirs)} - set(crowded)
    found[SHARED] += [one.field for one in shared_keys(mine) if one.key in held]
    titled = project_key(mine.project_name)
    if titled and titled == project_key(theirs.project_name):
        found[LIKE].append("project_name")
    best = next((tier for tier in TIERS if found[tier]), NONE)
    said = {field for fields_ in found.values() for field in fields_}
    return Overlap(best, tuple(field for field in LABELS if field in said))


def _by_name(mine: Iterable[str], theirs: Collection[str]) -> int:
    tiers = {compare(a, b).tier for a in mine for b in theirs if a and b}
    return NAME if SAME in tiers else LIKE if HINT in tiers else NONE


@dataclass(frozen=True)
class Scale:
    """判同一件的尺度:金额相差多少(基点)以内算相近,拆分的门槛。"""

    amount_bp: int
    limits: Limits


@rule("3.2b")
def same_matter(mine: Subject, theirs: Subject, scale: Scale) -> Sameness:
    """各市直“首谈”部门全程牵头参与洽谈、签约、落地各环节:同一家的另一件事,由各自的首谈单位牵头。

    内容或地点说得出不同的是另一件;同一地点而金额相近的(改了名),与同一地点或内容、
    各自刚好卡在门槛以下的(拆开的),仍是同一件。说不出的作「看不出」,由人去看。
    """
    phases = (phase_of(mine.project_name), phase_of(theirs.project_name))
    content, place = _content(mine, theirs), _place(mine, theirs)
    if phases[0] != phases[1] and max(phases) > 1:
        return Sameness.DIFFERENT
    if (content is True or place is True) and _split(mine, theirs, scale.limits):
        return Sameness.SAME
    close = _close(mine.amount, theirs.amount, scale.amount_bp)
    if place is True and close is True:
        return Sameness.SAME
    if place is False:
        return Sameness.DIFFERENT
    if content is None and close is False and _names_apart(mine, theirs):
        return Sameness.DIFFERENT
    if content is False:
        return Sameness.DIFFERENT
    return Sameness.SAME if content or place else Sameness.UNKNOWN


def _content(mine: Subject, theirs: Subject) -> bool | None:
    """内容是否相同:名称同干、名称相近、内容片段重合;一边没写内容而名称不像的说不准。"""
    if mine.project_name and theirs.project_name:
        stems = (stem_of(mine.project_name), stem_of(theirs.project_name))
        if stems[0] == stems[1] or _alike(*stems, SAME_NAME):
            return True
    ours = [text for text in (mine.content, mine.project_name) if text]
    others = [text for text in (theirs.content, theirs.project_name) if text]
    if any(
        _alike(a, b, SIMILAR)
        for a in ours
        for b in others
        if (a, b) != (mine.project_name, theirs.project_name)
    ):
        return True
    return False if mine.content and theirs.content else None


def _alike(one: str, other: str, percent: int) -> bool:
    """片段重合到 `percent`;太短的不算(两三个字说明不了什么)。"""
    return min(len(compact(one)), len(compact(other))) >= 4 and (
        overlap_percent(one, other) >= percent
    )


def _names_apart(mine: Subject, theirs: Subject) -> bool:
    return bool(mine.project_name and theirs.project_name) and (
        overlap_percent(mine.project_name, theirs.project_name) < SIMILAR
    )


def _place(mine: Subject, theirs: Subject) -> bool | None:
    """地点:都写到地块的比地块;否则一方写的包含另一方的不算不同。"""
    ours, others = parcel_key(mine.site), parcel_key(theirs.site)
    if ours and others:
        return ours == others
    a, b = compact(mine.site), compact(theirs.site)
    if not a or not b or a in b or b in a:
        return None
    return None if overlap_percent(a, b) >= SIMILAR else False


def _close(mine: int | None, theirs: int | None, within_bp: int) -> bool | None:
    if not mine or not theirs:
        return None
    low, high = sorted((mine, theirs))
    return (high - low) * FULL_BP <= high * within_bp


def _split(mine: Subject, theirs: Subject, limits: Limits) -> bool:
    cuts = near_threshold(mine.amount, limits), near_threshold(theirs.amount, limits)
    return cuts[0] is not None and cuts[0] == cuts[1]
