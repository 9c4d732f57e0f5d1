"""首谈查重:各档各一种所填,量纯查询(不含记录与台账)的时间。"""

from __future__ import annotations

from collections.abc import Callable

from bench.harness import Result, statements, timed

AIM_MS = 30


def run(scale: int, wanted: Callable[[str], bool]) -> list[Result]:
    """名称、近似、什么也碰不上,三种。"""
    return checks(scale) if wanted("check") else []


def checks(scale: int) -> list[Result]:
    """每次换一家,免得名称的拆解都在缓存里。"""
    from itertools import cycle

    from juyuan.foundation.people.models import Account
    from juyuan.foundation.people.queries import actor_for
    from juyuan.foundation.workdays.clock import today
    from juyuan.rooms.first_contact.queries.check import check
    from juyuan.rooms.first_contact.rules.overlap import Subject
    from juyuan.rooms.investors.models import Investor

    day = today()
    account = Account.objects.select_related("person").get(username="dongfeng")
    actor = actor_for(account, today=day)
    names = list(Investor.objects.order_by("-id").values_list("name", flat=True)[:60])
    kinds = {
        "check_same": ("查重:同一家", names),
        "check_slip": ("查重:写错一处", [name[:3] + name[4:] for name in names]),
        "check_none": ("查重:没有重合", [f"{name[1:3]}垚鑫{name[::-1]}" for name in names]),
    }
    results = []
    for key, (label, asked) in kinds.items():
        turn = cycle(asked)

        def act(turn: cycle[str] = turn) -> None:
            check(actor, Subject(name=next(turn), phones=("13800000001",)), day)

        sql, in_database = statements(act)
        p50, p95 = timed(act)
        results.append(
            Result(
                key, label, scale, p50, p95, aim=f"p95 ≤ {AIM_MS} ms(1,000,000 个)",
                met=p95 <= AIM_MS if scale >= 1_000_000 else None,
                more={"statements": sql, "database_ms": in_database, "investors": Investor.objects.count()},
            )
        )  # fmt: skip
    return results
