"""同一时刻登记同一家:永远只有一个首谈单位、一件撞单;谁也看不见谁;裁定、提请、终裁、移交,功劳不丢。"""

from __future__ import annotations

import os
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from juyuan.rooms.first_contact import jobs
from juyuan.rooms.first_contact.actions.handover import answer_handover, propose_handover
from juyuan.rooms.first_contact.actions.register import register_claim
from juyuan.rooms.first_contact.actions.rights import confirm_lapse, take_up
from juyuan.rooms.first_contact.actions.ruling import appeal, decide_appeal, rule_conflict
from juyuan.rooms.first_contact.models import Claim, Conflict, ConflictParty
from juyuan.rooms.first_contact.queries import claims as read
from juyuan.rooms.first_contact.queries import conflicts
from juyuan.rooms.first_contact.rules.rulings import HandoverDraft, RulingDraft
from juyuan.rooms.first_contact.tests import factories as f
from juyuan.rooms.pipeline.models import Project

UNITS = (
    "dongfeng", "dongliao", "longshan", "xian", "gaoxin", "gongxin", "keji", "ziran", "zhengshu",
    "fagai", "chen",
)  # fmt: skip
WRITTEN = (
    "浙江安澜{}纺织科技有限公司",
    "浙江安澜{}纺织科技（有限公司）",
    "浙江省安澜{}纺织科技有限公司",
)

ROUNDS = min(int(os.environ.get("JUYUAN_CLAIM_ROUNDS", "3")), 60)
"""平时三轮;`JUYUAN_CLAIM_ROUNDS=50` 跑满五十轮(见 docs/performance.md)。"""
HEAVEN, EARTH = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"


@pytest.mark.timeout(max(120, ROUNDS * 40))
@pytest.mark.django_db(transaction=True)
def test_s3_2b_二十个人同一时刻登记_每一轮都只有一个首谈单位(cast: Any) -> None:
    f.parameters(cast)
    for count in range(9):
        cast.add(f"ren{count}", UNITS[count], "clerk")
    people = [*UNITS, *(f"ren{count}" for count in range(9))]
    for number in range(ROUNDS):
        said = {"project_name": f"第{number}轮高端纱线项目", "site": f"纺织园B{number}地块",
                "content": f"第{number}轮年产三万吨纱线"}  # fmt: skip
        firm = HEAVEN[number % 10] + EARTH[number % 12]
        drafts = [
            (cast.actor(by), f.draft(
                cast, by, cast.NOW, file_text=f"{firm}-{by}",
                subject=said | {"name": WRITTEN[order % len(WRITTEN)].format(firm)},
            ))
            for order, by in enumerate(people)
        ]  # fmt: skip
        gate, refused = threading.Barrier(len(people)), []

        def write(actor: Any, draft: Any, gate: Any = gate, refused: Any = refused) -> None:
            try:
                gate.wait(timeout=120)
                register_claim(actor=actor, draft=draft, now=cast.NOW)
            except Exception as error:
                refused.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=write, args=pair) for pair in drafts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=120)
        rows = Claim.objects.filter(project_name=said["project_name"])
        # 同一单位的第二个人得到「本单位已登记」,其余各单位各有一件
        assert {getattr(e.findings[0], "rule", "") for e in refused} <= {"claim.twice"}, refused
        assert len(refused) == 9 and rows.count() == len(UNITS)
        assert rows.filter(state="protected").count() == 1
        assert rows.filter(state="disputed", project__isnull=True).count() == len(UNITS) - 1
        assert Conflict.objects.count() == number + 1
        assert ConflictParty.objects.filter(conflict=Conflict.objects.first()).count() == len(UNITS)
        assert Project.objects.count() == number + 1


@pytest.mark.django_db
def test_s3_2b_一分钟之内的两个县区_裁定_不服_终裁_移交(cast: Any) -> None:
    first = f.register(cast).claim
    minute = cast.NOW + timedelta(seconds=40)
    later = f.register(
        cast, "dongfeng", now=minute, evidence_on=cast.TODAY - timedelta(days=400),
        subject={"name": "浙江省安澜纺织科技有限公司"},
    )  # fmt: skip
    assert later.claim.merit_at == minute > first.merit_at  # 凭据写得再早,也按登记
    conflict = later.conflict
    assert conflict is not None
    for by in ("longshan", "dongfeng"):
        assert [c.unit.code for c in read.visible_to(cast.actor(by))] == [by]
        assert conflicts.own_side(cast.actor(by), conflict).unit.code == by
    longshan, dongfeng = cast.unit("longshan").pk, cast.unit("dongfeng").pk
    rule_conflict(
        actor=cast.actor("heyan"), conflict=conflict, now=cast.NOW + timedelta(days=3),
        draft=RulingDraft(longshan, {longshan: 8000, dongfeng: 2000}, "龙山区先登记"),
    )  # fmt: skip
    appeal(
        actor=cast.actor("dongfeng"), conflict=conflict, reason="去年即有来函",
        now=cast.NOW + timedelta(days=4),
    )  # fmt: skip
    decide_appeal(
        actor=cast.actor("zhaoji"), conflict=conflict, now=cast.NOW + timedelta(days=6),
        draft=RulingDraft(longshan, {longshan: 7000, dongfeng: 3000}, "维持,份额略调"),
    )  # fmt: skip
    first.refresh_from_db()
    project = Project.objects.get()
    assert (first.state, project.lead_unit_id, project.contested) == ("protected", longshan, False)
    row = propose_handover(
        actor=cast.actor("longshan"), claim=first, now=cast.NOW + timedelta(days=20),
        draft=HandoverDraft(cast.unit("xian").pk, "全部来函", "待签意向书", 7000, "园区划转"),
    )  # fmt: skip
    answer_handover(
        actor=cast.actor("xian"), handover=row, accept=True, now=cast.NOW + timedelta(days=21)
    )
    project.refresh_from_db()
    assert project.lead_unit == cast.unit("xian")
    assert [r.shares[str(longshan)] for r in conflict.rulings.all()] == [8000, 7000]
    assert read.rights([first], cast.TODAY + timedelta(days=20))[first.pk].state == "protected"
    assert read.rights([first], cast.TODAY + timedelta(days=21))[first.pk].state == "handed_over"


@pytest.mark.django_db
def test_s3_2b_久无实质进展_失去独占_由另一个单位接手(cast: Any) -> None:
    claim = f.register(cast).claim
    seen = [
        read.rights([claim], cast.TODAY + timedelta(days=n))[claim.pk].outlook
        for n in (30, 65, 95, 200)
    ]
    assert [(o.light.value, o.propose_lapse, o.propose_withdrawal) for o in seen if o] == [
        ("ok", False, False), ("warn", False, False), ("bad", True, False), ("bad", True, True),
    ]  # fmt: skip
    now = cast.NOW + timedelta(days=95)
    confirm_lapse(actor=cast.actor("shangwuju_head"), claim=claim, reason="三个月无进展", now=now)
    assert Project.objects.get().lead_unit is None
    taken = take_up(
        actor=cast.actor("heyan"), claim=claim, unit_id=cast.unit("gaoxin").pk,
        reason="投资方愿到高新区", now=now + timedelta(days=2),
    )  # fmt: skip
    assert (Project.objects.get().lead_unit, taken.merit_at) == (cast.unit("gaoxin"), now + timedelta(days=2))  # fmt: skip
    assert (
        jobs.warn(today=(now + timedelta(days=82)).date(), now=now)["told"] == 2
    )  # 经办、主要负责同志
