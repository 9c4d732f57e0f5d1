"""读:行动者、单位树、承载地、令牌。"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.utils.timezone import localdate

from juyuan.foundation.people.models import ADMIN_ROLES, Account, ApiToken, Post, Unit
from juyuan.foundation.people.rules import Span, excludes, overlaps
from juyuan.kernel.actor import Actor, PostRef
from juyuan.kernel.once import once


def posts_on(today: date) -> QuerySet[Post]:
    """某日在任的任职。"""
    return Post.objects.filter(
        Q(starts_on__lte=today) & (Q(ends_on__isnull=True) | Q(ends_on__gte=today))
    )


def _ref(post: Post) -> PostRef:
    return PostRef(
        id=post.pk,
        unit_id=post.unit_id,
        unit_code=post.unit.code,
        unit_name=post.unit.name,
        unit_path=post.unit.path,
        function=post.unit.function,
        role=post.role,
        title=post.title or post.get_role_display(),
    )


def actor_for(
    account: Account,
    *,
    today: date,
    via: str = "web",
    request_id: str = "",
    post_id: int | None = None,
) -> Actor:
    """由账号组装行动者;`post_id` 指定以哪个任职行事,缺省取最早的在任职务。"""
    refs = tuple(
        _ref(post)
        for post in posts_on(today)
        .filter(person_id=account.person_id, unit__disabled_on__isnull=True)
        .select_related("unit")
    )
    chosen = next((ref for ref in refs if ref.id == post_id), refs[0] if refs else None)
    return Actor(
        account_id=account.pk,
        username=account.username,
        name=account.person.name,
        posts=refs,
        post=chosen,
        via=via,
        request_id=request_id,
        person_id=account.person_id,
    )


def units_under(unit_ids: Iterable[int]) -> set[int]:
    """这些单位及其全部下级的 id(一次查询;一次只读的请求之内不查第二遍)。"""
    wanted = frozenset(unit_ids)
    return set(once(("units_under", wanted), lambda: _under(wanted))) if wanted else set()


def _under(wanted: frozenset[int]) -> set[int]:
    above = Unit.objects.alias(
        below=ExpressionWrapper(OuterRef("path"), output_field=CharField())
    ).filter(pk__in=wanted, below__startswith=F("path"))
    return set(Unit.objects.order_by().filter(Exists(above)).values_list("pk", flat=True))


def county_units() -> QuerySet[Unit]:
    """可作承载地的县区级单位。"""
    return Unit.objects.filter(is_county=True, disabled_on__isnull=True).order_by("order", "code")


def county_of(unit: Unit) -> Unit | None:
    """单位所在的县区级单位(自身或最近的上级);市直部门为空。"""
    codes = [code for code in unit.path.strip("/").split("/") if code]
    found = {u.code: u for u in Unit.objects.filter(code__in=codes, is_county=True)}
    for code in reversed(codes):
        if code in found:
            return found[code]
    return None


def unit_by_code(code: str) -> Unit | None:
    return Unit.objects.filter(code=code).first()


def units_named(texts: Iterable[str]) -> dict[str, Unit]:
    """按代码、全称、简称、别名找在用单位(导入与命令行用);同一说法指两个单位时不返回。"""
    wanted = {text.strip() for text in texts if text.strip()}
    found: dict[str, Unit] = {}
    doubtful: set[str] = set()
    for unit in Unit.objects.filter(disabled_on__isnull=True):
        for said in {unit.code, unit.name, unit.short_name, *unit.aliases} & wanted:
            if said in found and found[said].pk != unit.pk:
                doubtful.add(said)
            found[said] = unit
    return {said: unit for said, unit in found.items() if said not in doubtful}


def token_digest(plain: str) -> str:
    """令牌明文的摘要;明文有 256 位随机,不需要加盐。"""
    return hashlib.sha256(plain.encode()).hexdigest()


def account_for_token(plain: str, now: datetime) -> Account | None:
    """有效令牌的账号;过期、撤销、账号停用、人员离任都不认。"""
    token = (
        ApiToken.objects.select_related("account__person")
        .filter(
            Q(digest=token_digest(plain), revoked_at__isnull=True, account__is_active=True)
            & (Q(expires_at__isnull=True) | Q(expires_at__gt=now))
        )
        .first()
    )
    if token is None or has_left(token.account, localdate(now)):
        return None
    return token.account


def has_left(account: Account, today: date) -> bool:
    """人员是否已离任(离任日当日起不能登录)。"""
    left = account.person.disabled_on
    return left is not None and left <= today


def exclusion_violations() -> list[str]:
    """全库核查:三员互斥被绕过的任职(直接改库、旧数据);没有则为空。每条一句。"""
    admins = Post.objects.filter(role__in=ADMIN_ROLES).values("person_id")
    by_person: dict[int, list[Post]] = {}
    posts = Post.objects.filter(person_id__in=admins).select_related("person", "unit")
    for post in posts.order_by("person_id", "id"):
        by_person.setdefault(post.person_id, []).append(post)
    found = []
    for held in by_person.values():
        for index, one in enumerate(held):
            for two in held[index + 1 :]:
                if _clash(one, two):
                    found.append(f"{one.person.name}:{_short(one)} 与 {_short(two)} 同期")
    return found


def _clash(one: Post, two: Post) -> bool:
    a = Span(one.role, one.starts_on, one.ends_on)
    b = Span(two.role, two.starts_on, two.ends_on)
    return excludes(a.role, b.role) and overlaps(a, b)


def _short(post: Post) -> str:
    return f"{post.unit.name} {post.get_role_display()}"


def account_ids_named(text: str) -> list[int]:
    """账号或姓名含这段文字的账号(审计筛选用)。"""
    text = text.replace("\x00", "")
    return list(
        Account.objects.filter(Q(username__icontains=text) | Q(person__name__icontains=text))
        .order_by("pk")
        .values_list("pk", flat=True)[:500]
    )


def admin_account_ids() -> list[int]:
    """曾任或在任三员的账号。"""
    return list(
        Account.objects.filter(person__posts__role__in=ADMIN_ROLES)
        .distinct()
        .values_list("pk", flat=True)
    )
