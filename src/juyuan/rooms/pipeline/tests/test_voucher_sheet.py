"""到位资金凭证的台账:杂乱的读法、查重、期初、两个执行者同样的行、待办。条款 3.3b。"""

from __future__ import annotations

import csv
import io
from uuid import uuid4

import pytest
from django.db import transaction

from juyuan.foundation.duties.models import Duty
from juyuan.foundation.exchange import actions as exchange
from juyuan.foundation.exchange.kinds import Opening, registry
from juyuan.foundation.exchange.models import CollisionCase
from juyuan.foundation.ledger.models import Event
from juyuan.kernel.verdict import RuleBroken
from juyuan.rooms.pipeline.actions.voucher_sheet import commit_many, reverse_batch
from juyuan.rooms.pipeline.actions.vouchers import Intake, insert, reverse_voucher
from juyuan.rooms.pipeline.models import Voucher, VoucherKey
from juyuan.rooms.pipeline.queries import voucher_duties
from juyuan.rooms.pipeline.queries.paid_in import paid_in_of
from juyuan.rooms.pipeline.rules.voucher_sheet import VoucherCommand
from juyuan.rooms.pipeline.tests import factories as f
from juyuan.rooms.pipeline.tests.vouchers import accept, draft, paid

pytestmark = pytest.mark.django_db


def sheet(rows: list[dict[str, str]]) -> io.BytesIO:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return io.BytesIO(text.getvalue().encode("utf-8-sig"))


def preview(cast, *rows: dict[str, str], who="longshan", name="凭证.csv"):
    return exchange.open_batch(
        actor=cast.actor(who), kind="vouchers", name=name, stream=sheet(list(rows)),
        now=cast.NOW, today=cast.TODAY,
    )  # fmt: skip


def line(code: str, **more: str) -> dict[str, str]:
    return {
        "项目编号": code, "种类": "设备发票", "到位日期": "2026年10月8日", "到位金额(万元)": "1,200.5",
        "发票号码": "NO.00123456", "付款单位": "浙江安澜纺织科技有限公司", "备注": "",
    } | more  # fmt: skip


def commit(cast, batch, who="longshan"):
    return exchange.commit(actor=cast.actor(who), batch_id=batch.pk, now=cast.NOW, today=cast.TODAY)


def verdicts(batch) -> list[str]:
    return list(batch.rows.order_by("position").values_list("verdict", flat=True))


def test_s3_3b_杂乱的表_别名_单位_付款人认作出资方_待核验(cast) -> None:
    project = f.at(cast, f.Stage.NEGOTIATION)
    batch = preview(
        cast,
        line(project.code),
        line(project.code, **{"发票号码": "ＮＯ.777", "到位金额(万元)": "3亿元", "种类": "资本金"}),
        line(project.code, 发票号码="NO 00123456"),
        line("LY-NOSUCH99", 发票号码="9"),
        line(project.code, 发票号码="10", 到位日期="2027-01-01"),
        line(project.code, 发票号码="11", 种类="借款"),
        line(project.code, **{"发票号码": "12", "到位金额(万元)": ""}),
    )
    assert verdicts(batch) == ["new", "new", *["refused"] * 5]
    commit(cast, batch)
    first, second = Voucher.objects.order_by("pk")
    assert (first.kind, first.amount, first.number) == ("equipment", 12_005_000, "NO.00123456")
    assert first.payer_id and first.payer.name == "浙江安澜纺织科技有限公司"
    assert (second.kind, second.amount) == ("capital", 3 * f.YI)
    assert paid_in_of([project.pk], cast.TODAY)[project.pk].total == 0
    again = preview(cast, line(project.code), name="再来一次.csv")
    assert verdicts(again) == ["same"]
    changed = preview(cast, line(project.code, **{"到位金额(万元)": "1300"}), name="改了数.csv")
    assert verdicts(changed) == ["refused"]


def test_s3_3b_别的项目用过的_看得见的退回_看不见的待核对(cast) -> None:
    mine = f.planning(cast, name="龙山的")
    other = f.planning(cast, name="另一个")
    hidden = f.planning(
        cast, by="dongfeng", name="东丰的机密", hosts=(f.HostDraft(cast.unit("dongfeng").pk),)
    )
    paid(cast, other, "看得见的")
    paid(cast, hidden, "看不见的", by="dongfeng")
    batch = preview(
        cast, line(mine.code, 发票号码="看得见的"), line(mine.code, 发票号码="看不见的")
    )
    seen, held = batch.rows.order_by("position")
    assert (seen.verdict, held.verdict, held.held) == ("refused", "doubtful", True)
    assert other.name in str(seen.findings)
    assert "已登记" in str(held.findings) and hidden.name not in str(held.findings)
    case = CollisionCase.objects.get()
    assert case.hidden_id == hidden.code
    exchange.resolve_case(
        actor=cast.actor("heyan"), case_id=case.pk, same=False, note="两家银行", now=cast.NOW
    )
    commit(cast, batch)
    row = Voucher.objects.get(project=mine)
    assert VoucherKey.objects.get(voucher=row).value == f"看不见的#{mine.pk}"


def test_s3_3b_外单位的项目不能登记(cast) -> None:
    project = f.planning(cast, participant_ids=(cast.unit("keji").pk,))
    batch = preview(cast, line(project.code), who="keji")
    assert verdicts(batch) == ["refused"] and "不由您的单位办理" in str(batch.rows.get().findings)


def _same(row: Voucher) -> dict[str, object]:
    skip = {"id", "project_id", "number", "file_use_id", "file_sha256", "file_name", "batch_id"}
    return {
        field.attname: getattr(row, field.attname)
        for field in Voucher._meta.fields
        if field.attname not in skip
    }


def test_s3_3b_屏幕登记与成批导入写出同样的行_台账同样的事件(cast) -> None:
    project = f.planning(cast)
    one = paid(cast, project, "甲", kind="works", origin="local", note="首笔工程款")
    command = VoucherCommand(
        project.pk, draft("乙", kind="works", origin="local", note="首笔工程款")
    )
    with transaction.atomic():
        commit_many([command], actor=cast.actor("longshan"), now=cast.NOW, group=uuid4(),
                    opening=Opening())  # fmt: skip
    many = Voucher.objects.get(number="乙")
    assert _same(one) == _same(Voucher.objects.get(pk=many.pk))
    events = Event.objects.filter(event="pipeline.voucher.recorded").order_by("id")
    told = [
        {k: v for k, v in e.after.items() if k not in ("voucher", "number", "sha256")}
        for e in events
    ]
    assert told[0] == told[1] and {e.clause for e in events} == {"3.3b"}
    assert set(VoucherKey.objects.filter(kind="number").values_list("value", flat=True)) == {
        "甲",
        "乙",
    }


def test_s3_3b_成批的查询数与张数无关(cast, django_assert_max_num_queries) -> None:
    project = f.planning(cast)
    actor = cast.actor("longshan")

    def go(start: int, count: int) -> None:
        items = [Intake(project, draft(f"第{start + i}张")) for i in range(count)]
        with transaction.atomic():
            insert(items, actor=actor, now=cast.NOW, group=uuid4())

    go(0, 1)
    with django_assert_max_num_queries(140):
        go(100, 120)


def test_s3_3b_期初批次_带依据_标明历史_未认可的可整批撤回(cast) -> None:
    project = f.planning(cast)
    opening = Opening(True, "商务〔2026〕3号", cast.TODAY, "B1")
    commands = [VoucherCommand(project.pk, draft(n)) for n in ("旧一", "旧二")]
    actor = cast.actor("heyan")
    with transaction.atomic():
        refs = commit_many(commands, actor=actor, now=cast.NOW, group=uuid4(), opening=opening)
    row = Voucher.objects.first()
    assert (row.historical, row.paper, row.batch_id) == (True, "商务〔2026〕3号", "B1")
    undo = {"actor": actor, "now": cast.NOW, "group": uuid4(), "reason": "导错了"}
    cast.add("heyan2", "shangwuju", "verifier")
    accept(cast, row, by="heyan2")
    with pytest.raises(RuleBroken, match="旧一"):
        reverse_batch(refs, **undo)
    reverse_batch(refs[1:], **undo)
    assert VoucherKey.objects.count() == 1
    assert registry.imports["vouchers"].opening_allowed


def test_s3_3b_凭证待核验是一件待办_核验或冲回即办结(cast) -> None:
    project = f.planning(cast)
    rows = [paid(cast, project, n) for n in ("甲", "乙")]
    duties = Duty.objects.filter(kind=voucher_duties.KIND)
    assert {d.unit.code for d in duties} == {"shangwuju"}
    assert duties.filter(ended_at__isnull=True).count() == 2
    assert len(list(voucher_duties.owed(cast.TODAY))) == 2
    assert {o.period for o in voucher_duties.owed(cast.TODAY)} == {d.period for d in duties}
    accept(cast, rows[0])
    reverse_voucher(actor=cast.actor("longshan"), voucher=rows[1], reason="错", now=cast.NOW)
    assert duties.filter(ended_at__isnull=True).count() == 0
    undo = reverse_voucher(actor=cast.actor("longshan"), voucher=rows[0], reason="错", now=cast.NOW)
    assert duties.get(ended_at__isnull=True).period == voucher_duties.period(undo.pk)
    accept(cast, undo)
    assert list(voucher_duties.owed(cast.TODAY)) == []
    assert duties.filter(ended_at__isnull=True).count() == 0


def test_导出的列与声明一致_冲回为负(cast) -> None:
    project = f.planning(cast)
    row = paid(cast, project, "甲")
    reverse_voucher(actor=cast.actor("longshan"), voucher=row, reason="错", now=cast.NOW)
    kind = registry.exports["vouchers"]
    found = list(kind.rows(cast.actor("longshan"), {}, cast.TODAY))
    assert [r["amount"] for r in found] == [-1000 * f.WAN, 1000 * f.WAN]
    assert set(found[0]) == {c.field for c in kind.columns}
    assert list(kind.rows(cast.actor("dongfeng"), {}, cast.TODAY)) == []
