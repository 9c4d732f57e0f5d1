"""首谈登记的吞吐:五十个人同时登记,各登各的;另量五十个人同时登记同一家(后到的排队、待裁定)。

凭据先收好,只量登记这一个动作:锁、查重、投资方、项目、首谈、台账、待办,一个事务。
"""

from __future__ import annotations

import io
import random
import statistics
import threading
import time
from collections.abc import Callable
from typing import Any

from bench.harness import Result

WRITERS, EACH = 50, 6
UNITS = ("longshan", "xian", "dongfeng", "dongliao", "gaoxin", "gongxin", "keji")
WORDS = "云帆星槎飞廉英招白泽青鸾玄鸟赤霄承影湛卢太阿龙渊纯钧巨阙鱼肠胜邪"


def run(scale: int, wanted: Callable[[str], bool]) -> list[Result]:
    """两种:各登各的,同登一家。"""
    return claims(scale) if wanted("claims") else []


def claims(scale: int) -> list[Result]:
    """五十条连接,真的数据库。"""
    from juyuan.rooms.first_contact.models import Claim, Conflict

    chance = random.Random(scale)  # noqa: S311
    apart = [
        [
            f"江苏{''.join(chance.sample(WORDS, 4))}{writer}{turn}装备有限公司"
            for turn in range(EACH)
        ]
        for writer in range(WRITERS)
    ]
    found = [_measured("claims", "首谈登记:五十个人,各登各的", scale, apart)]
    same = f"江苏{''.join(chance.sample(WORDS, 4))}纺织有限公司"
    found.append(_measured("claims_same", "首谈登记:五十个人,同登一家", scale, [[same]] * WRITERS))
    rows = Claim.objects.filter(investor_name=same)
    held = rows.filter(state="protected").count()
    cases = Conflict.objects.filter(parties__claim__in=rows).distinct().count()
    found[-1].more |= {"holders": held, "conflicts": cases}
    found[-1].met = (held, cases) == (1, 1)
    found[-1].aim = "一个首谈单位,一件撞单"
    return found


def _measured(key: str, label: str, scale: int, names: list[list[str]]) -> Result:
    """`names` 一人一份,同时开始。"""
    from django.db import connection

    from juyuan.foundation.workdays.clock import now
    from juyuan.kernel.verdict import RuleBroken
    from juyuan.rooms.first_contact.actions.register import register_claim

    moment = now()
    work = [_drafts(writer, own, moment) for writer, own in enumerate(names)]
    gate, spent, wrong = threading.Barrier(len(work) + 1), [], []

    def write(drafts: list[tuple[Any, Any]]) -> None:
        try:
            connection.ensure_connection()
            gate.wait(timeout=120)
            for actor, draft in drafts:
                began = time.perf_counter()
                try:
                    register_claim(actor=actor, draft=draft, now=moment)
                except RuleBroken as refused:  # 同一单位的第二个人:本单位已登记
                    if refused.findings[0].rule != "claim.twice":
                        raise
                spent.append((time.perf_counter() - began) * 1000)
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(drafts,)) for drafts in work]
    for thread in threads:
        thread.start()
    gate.wait(timeout=120)
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    if wrong:
        raise wrong[0]
    p95 = statistics.quantiles(spent, n=20)[18]
    return Result(
        key, label, scale, round(statistics.median(spent), 1), round(p95, 1),
        aim="只报数", more={"writers": len(work), "claims_per_s": round(len(spent) / took, 1)},
    )  # fmt: skip


def _drafts(writer: int, names: list[str], moment: Any) -> list[tuple[Any, Any]]:
    """一个人的各份草稿;凭据已收好。"""
    from juyuan.foundation.files.actions import store_file
    from juyuan.foundation.people.models import Account
    from juyuan.foundation.people.queries import actor_for
    from juyuan.rooms.first_contact.rules.claims import ClaimDraft, ContactProof
    from juyuan.rooms.first_contact.rules.overlap import Subject

    day = moment.date()
    account = Account.objects.select_related("person").get(username=UNITS[writer % len(UNITS)])
    actor = actor_for(account, today=day)
    found = []
    for turn, name in enumerate(names):
        text = io.BytesIO(f"会议纪要 {name} {writer} {turn}".encode())
        file = store_file(actor=actor, name="会议纪要.txt", stream=text, now=moment)
        said = Subject(
            name=name, project_name=f"{name[2:6]}生产基地项目", content=f"{name[2:8]}年产三万套",
            amount=300_000_000, site="产业园",
        )  # fmt: skip
        draft = ClaimDraft(
            subject=said, proof=ContactProof.MINUTES, contacted_on=day, evidence_on=day,
            file_id=file.pk, two_way=True,
        )  # fmt: skip
        found.append((actor, draft))
    return found
