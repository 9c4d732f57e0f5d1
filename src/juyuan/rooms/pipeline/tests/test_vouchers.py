"""到位资金的动作:登记、核验、冲回、一张凭证只用一次、核对重合、同时登记。条款 3.3b。"""

from __future__ import annotations

import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from juyuan.foundation.ledger.models import Event
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken, Stale
from juyuan.rooms.pipeline.actions.voucher_cases import settle_case
from juyuan.rooms.pipeline.actions.vouchers import (
    attach_file,
    check_voucher,
    record_voucher,
    reverse_voucher,
)
from juyuan.rooms.pipeline.models import Voucher, VoucherCase, VoucherCheck, VoucherKey
from juyuan.rooms.pipeline.queries.paid_in import paid_in_of
from juyuan.rooms.pipeline.queries.vouchers import (
    IN_STATE,
    case_door,
    cases,
    project_lines,
    standing,
    state_now,
    with_standing,
)
from juyuan.rooms.pipeline.rules.vouchers import CheckVerdict, VoucherState
from juyuan.rooms.pipeline.tests import factories as f
from juyuan.rooms.pipeline.tests.vouchers import accept, accepted, draft, paid

pytestmark = pytest.mark.django_db
WAN = f.WAN


def total(project, day) -> int:
    return paid_in_of([project.pk], day)[project.pk].total


def reverse(cast, row, *, by="longshan", now=None):
    return reverse_voucher(
        actor=cast.actor(by), voucher=row, reason="金额写错", now=now or cast.NOW
    )


def said(broken) -> dict[str, str]:
    return {x.rule: x.message for x in broken.value.findings}


def test_s3_3b_登记待核验不计数_认可之后才计数_台账带条款(cast) -> None:
    project = f.planning(cast)
    row = paid(cast, project, "发票-001", 1234 * WAN)
    assert (row.recognised, row.recognised_bp) == (1234 * WAN, 10000)
    assert row.parameters == {"paid_in.recognised_bp": "2025-07-07"}
    assert state_now(row) == VoucherState.WAITING and total(project, cast.TODAY) == 0
    accept(cast, row)
    assert state_now(row) == VoucherState.ACCEPTED
    found = paid_in_of([project.pk], cast.TODAY)[project.pk]
    assert (found.month, found.year, found.total) == (1234 * WAN,) * 3
    assert total(project, cast.TODAY - timedelta(1)) == 0
    events = Event.objects.filter(obj_id=project.code, event__startswith="pipeline.voucher.")
    assert [(e.event.rsplit(".", 1)[1], e.clause) for e in events.order_by("id")] == [
        ("recorded", "3.3b"), ("accepted", "3.3b"),
    ]  # fmt: skip


def test_s3_3b_财政资金认可零_外币折一次(cast) -> None:
    project = f.planning(cast)
    fiscal = accepted(cast, project, "财政1", 500 * WAN, fiscal=True)
    assert (fiscal.amount, fiscal.recognised) == (500 * WAN, 0)
    usd = paid(
        cast, project, "SWIFT-9", None, currency="USD", foreign_amount=Decimal("100.05"),
        rate=Decimal("7.0911"), rate_on=date(2026, 11, 2), rate_source="中国银行折算价",
    )  # fmt: skip
    assert (usd.amount, usd.recognised) == (709, 709)
    assert total(project, cast.TODAY) == 0


@pytest.mark.parametrize("who", ["longshan", "chen", "keji", "caizheng", "fagai_heyan"])
def test_s3_3b_不是核验人的不能核验(cast, who) -> None:
    row = paid(cast, f.planning(cast))
    with pytest.raises(Denied):
        check_voucher(
            actor=cast.actor(who), voucher=row, verdict=CheckVerdict.ACCEPTED, now=cast.NOW
        )
    assert VoucherCheck.objects.count() == 0


def test_s3_3b_自己提交的不能自己核验_商务局自己的归发改(cast) -> None:
    project = f.planning(cast)
    with pytest.raises(Denied, match="提交人"):
        accept(cast, paid(cast, project, by="heyan"))
    own = f.planning(cast, name="商务局自己的", lead_unit_id=cast.unit("shangwuju").pk)
    row = paid(cast, own, "另一张", by="chen")
    with pytest.raises(Denied, match="发展"):
        accept(cast, row)
    accept(cast, row, by="fagai_heyan")


def test_s3_3b_退回要理由_退回的不计数_可冲回重交(cast) -> None:
    project = f.planning(cast)
    row = paid(cast, project)
    back = {"actor": cast.actor("heyan"), "voucher": row, "verdict": CheckVerdict.RETURNED}
    with pytest.raises(RuleBroken):
        check_voucher(**back, now=cast.NOW)
    check_voucher(**back, reason="回单看不清", now=cast.NOW)
    assert state_now(row) == VoucherState.RETURNED and total(project, cast.TODAY) == 0
    with pytest.raises(RuleBroken, match="已经登记过"):
        paid(cast, project, file="清楚的回单")
    reverse(cast, row)
    accepted(cast, project, file="清楚的回单")
    assert total(project, cast.TODAY) == 1000 * WAN


def test_s3_3b_核验一次_他人先办的说明(cast) -> None:
    row = accepted(cast, f.planning(cast))
    with pytest.raises(Stale):
        accept(cast, row)
    assert VoucherCheck.objects.count() == 1


def test_s3_3b_冲回_没认可的即刻_认可的要核验人认可(cast) -> None:
    project = f.planning(cast)
    waiting = paid(cast, project, "甲")
    reverse(cast, waiting)
    assert state_now(waiting) == VoucherState.REVERSED
    with pytest.raises(Stale):
        accept(cast, waiting)
    row = accepted(cast, project, "乙", 700 * WAN)
    undo = reverse(cast, row, now=f.later(cast, 1))
    assert (undo.sign, undo.amount, state_now(row)) == (-1, 700 * WAN, VoucherState.REVERSING)
    assert total(project, f.later(cast, 1).date()) == 700 * WAN
    with pytest.raises(RuleBroken, match="冲回待核验"):
        reverse(cast, row)
    accept(cast, undo, now=f.later(cast, 3))
    assert state_now(row) == VoucherState.REVERSED
    assert [total(project, cast.TODAY + timedelta(d)) for d in (0, 2, 3)] == [
        700 * WAN, 700 * WAN, 0,
    ]  # fmt: skip


def test_s3_3b_冲回被退回的仍计数_可以再提(cast) -> None:
    project = f.planning(cast)
    row = accepted(cast, project)
    undo = reverse(cast, row)
    check_voucher(actor=cast.actor("heyan"), voucher=undo, verdict=CheckVerdict.RETURNED,
                  reason="凭证无误", now=cast.NOW)  # fmt: skip
    assert state_now(row) == VoucherState.ACCEPTED and total(project, cast.TODAY) == 1000 * WAN
    again = reverse(cast, row)
    accept(cast, again)
    assert state_now(row) == VoucherState.REVERSED and total(project, cast.TODAY) == 0
    with pytest.raises(RuleBroken, match="不能再冲回"):
        reverse(cast, again)


def test_s3_3b_冲回要理由_外单位不能(cast) -> None:
    row = paid(cast, f.planning(cast))
    with pytest.raises(RuleBroken, match="理由"):
        reverse_voucher(actor=cast.actor("longshan"), voucher=row, reason=" ", now=cast.NOW)
    with pytest.raises(Denied):
        reverse(cast, row, by="keji")
    reverse(cast, row, by="heyan")


def test_s3_3b_同一凭证号在别的项目_看得见的说在哪里(cast) -> None:
    one, two = f.planning(cast), f.planning(cast, name="二期")
    paid(cast, one, "NO.0012-A")
    with pytest.raises(RuleBroken) as broken:
        paid(cast, two, "no 0012 a", file="另一份扫描")
    assert one.name in said(broken)["voucher.used"] and one.code in said(broken)["voucher.used"]
    assert Voucher.objects.count() == 1 and VoucherCase.objects.count() == 0


def test_s3_3b_同一文件在别的项目_换个号也不行_证据用过的也不行(cast) -> None:
    one, two = f.planning(cast), f.planning(cast, name="二期")
    paid(cast, one, "甲", file="同一份回单")
    with pytest.raises(RuleBroken) as broken:
        paid(cast, two, "乙", file="同一份回单")
    assert broken.value.findings[0].field == "file"
    paid(cast, one, "丙", file="同一份回单")  # 一张回单列几笔
    proof = f.evidence(cast, two, f.FactKey.CONTACT)
    assert proof.file_sha256
    with pytest.raises(RuleBroken, match="凭证文件"):
        paid(cast, one, "丁", file=f"{f.FactKey.CONTACT.label}-{two.code}-longshan")


def hidden_pair(cast):
    """龙山的限名单项目已用过一张;东丰登记同一张。"""
    hidden = f.planning(
        cast,
        name="机密项目",
        confidentiality="restricted",
        listed_ids=(cast.person("longshan").pk,),
    )
    other = f.planning(
        cast, by="dongfeng", name="东丰项目", hosts=(f.HostDraft(cast.unit("dongfeng").pk),)
    )
    paid(cast, hidden, "发票9")
    return hidden, other


def test_s3_3b_看不见的只说已登记_在商务局立一件_两边核验人都看得见(cast) -> None:
    hidden, other = hidden_pair(cast)
    for _ in range(2):
        with pytest.raises(RuleBroken) as broken:
            paid(cast, other, "发票9", by="dongfeng", file=f"东丰扫描{_}")
        text = str(broken.value)
        assert [x.rule for x in broken.value.findings] == ["voucher.held"]
        assert "已登记" in text and hidden.name not in text and hidden.code not in text
    case = VoucherCase.objects.get()
    assert (case.project, case.held, case.unit) == (other, hidden, cast.unit("dongfeng"))
    assert list(cases(cast.actor("heyan"))) == [case]
    for who in ("chen", "dongfeng", "caizheng", "sysadmin"):
        assert not cases(cast.actor(who)).exists(), who
        with pytest.raises(NotFound):
            case_door(cast.actor(who), case.pk)
    assert not Event.objects.filter(obj_id=other.code, after__icontains=hidden.code).exists()


def test_s3_3b_核为不是同一张的可以再登记_核为同一张的维持退回(cast) -> None:
    _, other = hidden_pair(cast)
    again = {"by": "dongfeng", "file": "东丰扫描"}
    with pytest.raises(RuleBroken):
        paid(cast, other, "发票9", **again)
    case = VoucherCase.objects.get()
    settle = {"actor": cast.actor("heyan"), "case": case, "now": cast.NOW}
    with pytest.raises(RuleBroken, match="依据"):
        settle_case(**settle, same=False, reason="")
    with pytest.raises(Denied):
        settle_case(**{**settle, "actor": cast.actor("chen")}, same=True, reason="x")
    settle_case(**settle, same=False, reason="两家银行的流水号")
    with pytest.raises(Stale):
        settle_case(**settle, same=True, reason="又想了想")
    row = paid(cast, other, "发票9", **again)
    with pytest.raises(RuleBroken, match="本项目已经登记过"):
        paid(cast, other, "发票 9", by="dongfeng", file="第三份")
    reverse(cast, row, by="dongfeng")
    assert VoucherKey.objects.filter(project=other).count() == 0


def test_s3_3b_文件逐字节相同不能核为不是同一张_核为同一张之后不再立件(cast) -> None:
    hidden, other = hidden_pair(cast)
    same = f"凭证发票9-{hidden.code}"
    for _ in range(2):
        with pytest.raises(RuleBroken):
            paid(cast, other, "别的号", by="dongfeng", file=same)
        case = VoucherCase.objects.get()
        if case.state == "open":
            settle = {"actor": cast.actor("heyan"), "case": case, "now": cast.NOW}
            with pytest.raises(RuleBroken, match="逐字节"):
                settle_case(**settle, same=False, reason="不一样")
            settle_case(**settle, same=True, reason="同一份回单")


def test_s3_3b_冲回生效后凭证号放开_文件还被同项目用着的转给那一张(cast) -> None:
    one, two = f.planning(cast), f.planning(cast, name="二期")
    first = accepted(cast, one, "甲", file="一份回单")
    paid(cast, one, "乙", file="一份回单")
    undo = reverse(cast, first)
    with pytest.raises(RuleBroken):  # 冲回还没认可,仍占着
        paid(cast, two, "甲", file="新扫描")
    accept(cast, undo)
    paid(cast, two, "甲", file="新扫描")
    with pytest.raises(RuleBroken):
        paid(cast, two, "丙", file="一份回单")


def test_s3_3b_作废的项目不再占着凭证(cast) -> None:
    from juyuan.rooms.pipeline.actions.void import request_void, settle_void

    one, two = f.planning(cast), f.planning(cast, name="重新登记的")
    paid(cast, one, "甲", file="回单")
    request = request_void(actor=cast.actor("longshan"), project=one, reason="录错", now=cast.NOW)
    settle_void(actor=cast.actor("heyan"), request=request, agree=True, now=cast.NOW)
    paid(cast, two, "甲", file="回单")


def test_s3_3b_没有文件的不能认可_补交之后可以(cast) -> None:
    from juyuan.rooms.pipeline.actions.vouchers import Intake, insert

    project = f.planning(cast)
    with transaction.atomic():
        row = insert([Intake(project, draft("导入的"))], actor=cast.actor("longshan"),
                     now=cast.NOW, group=None)[0]  # fmt: skip
    with pytest.raises(RuleBroken, match="凭证文件"):
        accept(cast, row)
    file = f.stored(cast.actor("longshan"), "补的回单", cast.NOW)
    attach_file(actor=cast.actor("longshan"), voucher=row, file_id=file.pk, now=cast.NOW)
    with pytest.raises(RuleBroken):
        paid(cast, f.planning(cast, name="二期"), "别的", file="补的回单")
    accept(cast, row)
    with pytest.raises(RuleBroken, match="已核验"):
        attach_file(actor=cast.actor("longshan"), voucher=row, file_id=file.pk, now=cast.NOW)


def test_s3_3b_凭证只增不改(cast, as_owner) -> None:
    row = accepted(cast, f.planning(cast))
    for table in ("pipeline_voucher", "pipeline_vouchercheck"):
        with pytest.raises(Exception), transaction.atomic(), connection.cursor() as cursor:  # noqa: B017
            cursor.execute(f"UPDATE {table} SET recognised = 0")
    assert Voucher.objects.get(pk=row.pk).recognised == 1000 * WAN


def test_状态_库里的条件与规则同义_累计逐行(cast) -> None:
    project = f.planning(cast)
    rows = [paid(cast, project, f"第{i}张", (i + 1) * WAN) for i in range(6)]
    accept(cast, rows[0])
    accept(cast, rows[1])
    accept(cast, rows[2])
    check_voucher(actor=cast.actor("heyan"), voucher=rows[3], verdict=CheckVerdict.RETURNED,
                  reason="看不清", now=cast.NOW)  # fmt: skip
    reverse(cast, rows[1])
    accept(cast, reverse(cast, rows[2]))
    reverse(cast, rows[4])
    every = list(with_standing(Voucher.objects.all()))
    for state, condition in IN_STATE.items():
        found = set(
            with_standing(Voucher.objects.all()).filter(condition).values_list("pk", flat=True)
        )
        assert found == {row.pk for row in every if standing(row) == state}, state
    assert {standing(row) for row in every} == set(VoucherState)
    lines = project_lines(project, cast.TODAY)
    assert lines[-1].running == total(project, cast.TODAY) == 3 * WAN
    facts = project_lines(project, cast.TODAY, whole=False)
    assert {line.counted for line in facts} == {True} and len(facts) == 4
    assert not any(line.number or line.files or line.payer or line.by for line in facts)


@pytest.mark.django_db(transaction=True)
def test_s3_3b_五十人同时登记同一张_只有一个成(cast) -> None:
    projects = [f.planning(cast, name=f"项目{i}") for i in range(5)]
    actor = cast.actor("longshan")
    files = [f.stored(actor, f"扫描{i}", cast.NOW).pk for i in range(50)]
    gate, won, lost = threading.Barrier(10), [], []

    def write(worker: int) -> None:
        try:
            gate.wait(timeout=120)
            for i in range(worker, 50, 10):
                try:
                    won.append(
                        record_voucher(
                            actor=actor, project=projects[i % 5], now=cast.NOW,
                            draft=draft("同一张" if i % 2 else "同 一 张", file_id=files[i]),
                        )
                    )  # fmt: skip
                except (RuleBroken, Stale) as refusal:
                    lost.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=180)
    assert len(won) == 1 and len(lost) == 49
    assert all(isinstance(x, RuleBroken) for x in lost)
    assert Voucher.objects.count() == 1 and VoucherKey.objects.count() == 2
    assert VoucherCase.objects.count() == 0


def test_凭据键的唯一由数据库守着(cast) -> None:
    one, two = f.planning(cast), f.planning(cast, name="二期")
    row = paid(cast, one)
    key = VoucherKey.objects.filter(voucher=row).first()
    with pytest.raises(IntegrityError), transaction.atomic():
        VoucherKey.objects.create(kind=key.kind, value=key.value, project=two, voucher=row)
