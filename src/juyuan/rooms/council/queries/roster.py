"""名册:按任职来,人换了不用改。召集人是任总召集人、分管副市长、召集人的人;成员单位取参数所列职能的单位。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, IntegerField, Value, When

from juyuan.foundation.people.models import LEADER_ROLES, Post, Role, Unit
from juyuan.foundation.people.queries import posts_on
from juyuan.foundation.policy.queries import params
from juyuan.rooms.investors.access import BUREAU

PREFIX = "function:"


@dataclass(frozen=True)
class ConvenerLine:
    """一位召集人。"""

    person_id: int
    name: str
    role: str
    title: str


@dataclass(frozen=True)
class MemberLine:
    """一个成员单位与它的主要负责同志(没有登记的为空)。"""

    unit_id: int
    unit: str
    unit_code: str
    person_id: int | None
    name: str
    title: str


def conveners(on: date) -> list[ConvenerLine]:
    """在任的召集人:总召集人在先,分管副市长其次。一人一行。"""
    rank = Case(
        When(role=Role.CHIEF_CONVENOR, then=Value(0)),
        When(role=Role.LEAD_CONVENOR, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    posts = posts_on(on).filter(role__in=LEADER_ROLES, person__disabled_on__isnull=True)
    found: dict[int, ConvenerLine] = {}
    for post in posts.annotate(rank=rank).select_related("person").order_by("rank", "id"):
        label = str(post.get_role_display())
        found.setdefault(
            post.person_id,
            ConvenerLine(post.person_id, post.person.name, label, post.title or label),
        )
    return list(found.values())


def member_functions(on: date) -> list[str]:
    """成员单位的职能。"""
    wanted = params(on)["council.members"]
    return [text.removeprefix(PREFIX) for text in wanted if text.startswith(PREFIX)]


def members(on: date) -> list[MemberLine]:
    """成员单位,按参数里职能的先后;主要负责同志按任职取。"""
    functions = member_functions(on)
    order = {name: number for number, name in enumerate(functions)}
    units = sorted(
        Unit.objects.filter(function__in=functions, disabled_on__isnull=True),
        key=lambda u: (order[u.function], u.order, u.code),
    )
    heads: dict[int, Post] = {}
    posts = posts_on(on).filter(unit__in=[u.pk for u in units], role=Role.HEAD)
    for post in posts.select_related("person").order_by("id"):
        heads.setdefault(post.unit_id, post)
    found = []
    for unit in units:
        held = heads.get(unit.pk)
        found.append(
            MemberLine(
                unit.pk, str(unit), unit.code, held.person_id if held else None,
                held.person.name if held else "",
                (held.title or str(held.get_role_display())) if held else "",
            )
        )  # fmt: skip
    return found


def staff(on: date) -> list[tuple[int, str]]:
    """可以当记录的:商务主管部门办事的人。"""
    rows = posts_on(on).filter(
        unit__function=BUREAU, role__in=(Role.CLERK, Role.HEAD, Role.VERIFIER)
    )
    pairs = rows.select_related("person").order_by("id").values_list("person_id", "person__name")
    return list(dict.fromkeys(pairs))


def bureau_unit() -> int | None:
    """商务主管部门。"""
    rows = Unit.objects.filter(function=BUREAU, disabled_on__isnull=True)
    return rows.order_by("order", "code").values_list("pk", flat=True).first()


def people_of(unit_ids: list[int], on: date, *roles: str) -> list[int]:
    """这些单位任这些角色的人。"""
    rows = posts_on(on).filter(unit_id__in=unit_ids, role__in=roles)
    return sorted(set(rows.values_list("person_id", flat=True)))
