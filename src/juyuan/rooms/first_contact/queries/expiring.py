"""首谈保护快到期的提醒:参数 `first_contact.warn_days` 那几天,告诉首谈单位办首谈的人。"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from juyuan.foundation.notices.actions import Message
from juyuan.foundation.people.queries import posts_on
from juyuan.foundation.policy.queries import params
from juyuan.rooms.first_contact.access import ASKERS
from juyuan.rooms.first_contact.models import Claim
from juyuan.rooms.first_contact.queries.claims import OBJ, rights, terms_of
from juyuan.rooms.first_contact.queries.duty import EXPIRING
from juyuan.rooms.first_contact.rules.rights import ClaimState, warn_on


def warnings(on: date) -> list[Message]:
    """这一天该提醒的;语句数与件数无关。"""
    claims = list(Claim.objects.filter(state=ClaimState.PROTECTED).select_related("unit"))
    seen = rights(claims, on)
    days = terms_of(params(on)).warn_days
    people: dict[int, list[int]] = defaultdict(list)
    posts = posts_on(on).filter(unit_id__in={c.unit_id for c in claims}, role__in=ASKERS)
    for unit, person in posts.order_by("pk").values_list("unit_id", "person_id"):
        people[unit].append(person)
    found: list[Message] = []
    for claim in claims:
        outlook = seen[claim.pk].outlook
        if outlook is None:
            continue
        for kind, day in zip(EXPIRING, warn_on(outlook.until, days), strict=False):
            if day != on:
                continue
            found.append(
                Message(
                    kind=kind, person_ids=tuple(dict.fromkeys(people[claim.unit_id])),
                    object_type=OBJ, object_id=claim.pk, due_on=outlook.until,
                    title=f"首谈保护 {outlook.until} 到期：{claim.project_name}",
                    text=f"{outlook.left_said}；有实质进展的月度更新可续期",
                    url=f"/first-contacts/{claim.code}/",
                )
            )  # fmt: skip
    return found
