"""一天的定期任务:全部任务各做一遍,量用时与 SQL 条数。

三种日子都要守目标:第一天(待办、锁账、封存都从头来)、平常的一天、停机十一天之后(逾期的阶梯要走)。
库里先备好等着办的事(`busy`)。夜间备份另有自己的测试,不计在内。
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from bench.harness import Result, counting

AIM_S = 60
DAYS = {0: "第一天", 1: "平常的一天", 12: "停机十一天之后"}
PER_ROWS = 100
"""每多少行至多一条 SQL。"""


def run(scale: int, wanted: Callable[[str], bool]) -> list[Result]:
    """各种日子各一项,另最慢的几项任务各一行。"""
    if not wanted("jobs"):
        return []
    busy(scale)
    return [result for day in DAYS for result in one_day(scale, day)]


def busy(scale: int) -> None:
    """等着办的事:签约项目里,百分之一门槛齐了待认定,百分之一有凭证待核验,二百分之一已提级。"""
    from juyuan.foundation.workdays.clock import now
    from juyuan.rooms.pipeline.models import Escalation, Evidence, Project, Voucher
    from juyuan.rooms.pipeline.queries.gatesql import PROVED

    moment = now() - timedelta(days=3)
    rows = Project.objects.filter(stage="signed", standing="active").order_by("id")
    ready = rows.filter(stage_status="claimed").values_list("pk", flat=True)[: scale // 100]
    common = {"by_name": "仿真", "at": moment, "file_sha256": "1" * 64}
    Evidence.objects.bulk_create(
        [
            Evidence(
                project_id=pk, fact=key, title=key.label, dated_on=moment.date(), place="园区",
                conclusion="passed", issuer="某机关", number="8号", two_way=True, **common,
            )
            for pk in ready
            for key in PROVED
        ],
        batch_size=2000,
    )  # fmt: skip
    paid = rows.filter(stage_status="recognised").values_list("pk", flat=True)
    Voucher.objects.bulk_create(
        [
            Voucher(
                project_id=pk, kind="cash", paid_on=moment.date(), amount=1_000_000,
                number=f"仿真{pk}", **common,
            )
            for pk in paid[: scale // 100]
        ],
        batch_size=2000,
    )  # fmt: skip
    Escalation.objects.bulk_create(
        [
            Escalation(
                project_id=pk, state="confirmed", signed_on=moment.date(), amount=500_000_000,
                strategy="outside_city", threshold=500_000_000, opened_at=moment,
                confirmed_at=moment,
            )
            for pk in paid[: scale // 200]
        ],
        batch_size=2000,
    )  # fmt: skip


def one_day(scale: int, day: int) -> list[Result]:
    """`day` 天之后的全部任务。"""
    from juyuan.foundation.keeping.queries import JOB as BACKUP
    from juyuan.foundation.work import registry
    from juyuan.foundation.work.actions import jobs
    from juyuan.foundation.workdays.clock import now

    moment = now() + timedelta(days=day)
    found: list[tuple[str, str, float, int]] = []
    for job in registry.jobs():
        if job.name == BACKUP:
            continue
        began = time.perf_counter()
        with counting() as sql:
            outcomes = jobs.run_jobs(today=moment.date(), now=moment, only=job.name)
        took = time.perf_counter() - began
        wrong = [one.error for one in outcomes if one.error]
        assert not wrong, (job.name, wrong)
        found.append((job.name, job.label, took, sql.count))
    said = DAYS[day]
    took, count = sum(one[2] for one in found), sum(one[3] for one in found)
    limit = max(scale // PER_ROWS, 1)
    whole = Result(
        f"jobs_{day}", f"定期任务,{said}", scale, took * 1000, took * 1000,
        aim=f"≤ {AIM_S} 秒,每 {PER_ROWS} 行至多一条 SQL(100,000 个项目)",
        met=took <= AIM_S and count <= limit if scale >= 100_000 else None,
        more={"statements": count},
    )  # fmt: skip
    each = [
        Result(
            f"job_{name}_{day}", f"　{label}({said})", scale, spent * 1000, spent * 1000,
            more={"statements": sql},
        )
        for name, label, spent, sql in sorted(found, key=lambda one: -one[2])[:5]
    ]  # fmt: skip
    return [whole, *each]
