"""装载、提议、确认、驳回:每个成功旁边是它的拒绝;拒绝之后什么也没发生。"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from juyuan.foundation.duties.models import Duty
from juyuan.foundation.files.actions import store_file
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.policy import queries
from juyuan.foundation.policy.actions import (
    confirm_parameter,
    load_pack,
    propose_parameter,
    reject_parameter,
)
from juyuan.foundation.policy.models import ParameterProposal, ParameterVersion
from juyuan.foundation.policy.pack_types import Pack
from juyuan.foundation.policy.papers import Paper
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken, Stale

pytestmark = pytest.mark.django_db
KEY = "lights.red_months"


def with_value(pack: Pack, key: str, value: object) -> Pack:
    return replace(
        pack,
        parameters=tuple(replace(p, value=value) if p.key == key else p for p in pack.parameters),
    )


def nothing_happened(before: tuple[int, int, int]) -> bool:
    return before == state()


def state() -> tuple[int, int, int]:
    return (
        ParameterVersion.objects.count(),
        ParameterProposal.objects.exclude(status="open").count(),
        Event.objects.count(),
    )


def propose(cast: Any, who: str = "chen", **changes: Any) -> ParameterProposal:
    given = {
        "key": KEY,
        "text": "4",
        "effective_from": cast.TODAY,
        "reason": "半年来三个月偏紧",
        "now": cast.NOW,
    }
    return propose_parameter(actor=cast.actor(who), **(given | changes))


# ───────── 装载 ─────────


def test_first_load_brings_every_parameter_and_leaves_a_trace(cast: Any) -> None:
    loaded = load_pack(now=cast.NOW)
    count = len(queries.pack().parameters)
    assert (len(loaded.added), loaded.changed, loaded.same) == (count, (), 0)
    assert ParameterVersion.objects.count() == count
    assert Event.objects.filter(event="policy.parameter.loaded").count() == count
    one = ParameterVersion.objects.get(key="escalation.threshold")
    assert (one.value, one.unit, one.op, one.clause) == (500_000_000, "元", ">=", "3.3c")
    assert (one.origin, one.effective_from) == ("文件明定", date(2025, 7, 7))


def test_second_load_changes_nothing(cast: Any) -> None:
    load_pack(now=cast.NOW)
    before = state()
    loaded = load_pack(now=cast.NOW + timedelta(days=1))
    assert (loaded.added, loaded.changed) == ((), ())
    assert nothing_happened(before)


def test_changed_pack_value_is_a_new_row_and_the_old_one_stays(cast: Any) -> None:
    load_pack(now=cast.NOW)
    loaded = load_pack(now=cast.NOW, pack=with_value(queries.pack(), KEY, 5))
    assert loaded.changed == (KEY,)
    assert [v.value for v in ParameterVersion.objects.filter(key=KEY).order_by("id")] == [3, 5]
    assert queries.params(cast.TODAY)[KEY] == 5
    trace = Event.objects.filter(obj_type="parameter", obj_id=KEY).order_by("id").last()
    assert trace is not None
    assert (trace.before["value"], trace.after["value"], trace.clause) == (3, 5, "3.3b")


def test_pack_does_not_override_what_a_person_confirmed(cast: Any) -> None:
    load_pack(now=cast.NOW)
    proposal = propose(cast, text="4", effective_from=date(2025, 7, 7))
    confirm_parameter(actor=cast.actor("heyan"), proposal_id=proposal.pk, now=cast.NOW)
    before = state()
    loaded = load_pack(now=cast.NOW, pack=with_value(queries.pack(), KEY, 5))
    assert loaded.kept == (KEY,)
    assert queries.params(cast.TODAY)[KEY] == 4
    assert nothing_happened(before)


def test_each_city_reads_only_its_own_versions(cast: Any, settings: Any) -> None:
    load_pack(now=cast.NOW)
    settings.JUYUAN_PACK = "testcity"
    loaded = load_pack(now=cast.NOW)
    assert set(loaded.added) == {p.key for p in queries.pack().parameters}
    assert queries.params(cast.TODAY)["first_contact.report_day"] == 15
    assert (
        queries.params(date(2025, 8, 1))["first_contact.report_day"] == 15
    )  # 不会取到别的城市的旧版
    settings.JUYUAN_PACK = "liaoyuan"
    assert queries.params(cast.TODAY)["first_contact.report_day"] == 20


def test_stored_version_can_be_neither_changed_nor_deleted(cast: Any, as_owner: Any) -> None:
    load_pack(now=cast.NOW)
    for sql in (
        "UPDATE policy_parameterversion SET value = '1'",
        "DELETE FROM policy_parameterversion",
        "TRUNCATE policy_parameterversion",
    ):
        with pytest.raises(DatabaseError, match="只增不改"), as_owner() as cursor:
            cursor.execute(sql)
    with pytest.raises(DatabaseError), transaction.atomic():
        ParameterVersion.objects.update(value=1)
    assert ParameterVersion.objects.get(key=KEY).value == 3


# ───────── 提议与确认 ─────────


def test_confirmed_proposal_is_in_force_from_its_day(cast: Any) -> None:
    load_pack(now=cast.NOW)
    proposal = propose(cast, effective_from=cast.TODAY)
    assert queries.params(cast.TODAY)[KEY] == 3  # 确认之前不生效
    version = confirm_parameter(actor=cast.actor("heyan"), proposal_id=proposal.pk, now=cast.NOW)
    assert (version.value, version.proposed_by, version.confirmed_by) == (4, "小陈", "何核验")
    assert queries.params(cast.TODAY)[KEY] == 4
    assert queries.params(cast.TODAY - timedelta(days=1))[KEY] == 3  # 旧事实用旧数
    assert not queries.params(cast.TODAY).row(KEY).suggested
    assert queries.open_proposals() == []


def test_proposer_may_not_confirm(cast: Any) -> None:
    load_pack(now=cast.NOW)
    proposal = propose(cast, who="heyan")
    before = state()
    with pytest.raises(Denied, match="提议人不得确认自己的提议"):
        confirm_parameter(actor=cast.actor("heyan"), proposal_id=proposal.pk, now=cast.NOW)
    assert nothing_happened(before)
    confirm_parameter(actor=cast.actor("shangwuju_head"), proposal_id=proposal.pk, now=cast.NOW)
    assert queries.params(cast.TODAY)[KEY] == 4


@pytest.mark.parametrize(
    "who", ["chen", "longshan", "longshan_head", "fagai_heyan", "zongzhaoji", "sysadmin"]
)
def test_only_verifier_or_head_of_the_bureau_confirms(cast: Any, who: str) -> None:
    load_pack(now=cast.NOW)
    proposal = propose(cast, who="shangwuju_head")
    before = state()
    with pytest.raises(Denied, match="核验人或负责人"):
        confirm_parameter(actor=cast.actor(who), proposal_id=proposal.pk, now=cast.NOW)
    assert nothing_happened(before)


@pytest.mark.parametrize(
    "who", ["longshan", "longshan_shangwu", "fagai", "zongzhaoji", "shenji", "secadmin", "kong"]
)
def test_only_the_bureau_proposes(cast: Any, who: str) -> None:
    load_pack(now=cast.NOW)
    before = state()
    with pytest.raises(Denied, match="建议值由市商务局修改"):
        propose(cast, who=who)
    assert nothing_happened(before) and not ParameterProposal.objects.exists()


def test_number_of_the_document_is_not_changed_here(cast: Any) -> None:
    load_pack(now=cast.NOW)
    before = state()
    with pytest.raises(Denied, match="文件明定的数字只随文件改") as caught:
        propose(cast, key="escalation.threshold", text="3亿元")
    assert caught.value.clause == "3.3c"
    assert nothing_happened(before) and not ParameterProposal.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"text": "很久"}, "text", "填不带小数的数字"),
        ({"reason": "  "}, "reason", "请写明为什么改"),
        ({"effective_from": date(2025, 7, 6)}, "effective_from", "不得早于文件施行日"),
    ],
)
def test_bad_proposal_is_refused_and_leaves_nothing(
    cast: Any, changes: dict[str, Any], field: str, says: str
) -> None:
    load_pack(now=cast.NOW)
    before = state()
    with pytest.raises(RuleBroken) as caught:
        propose(cast, **changes)
    finding = caught.value.findings[0]
    assert finding.field == field and says in finding.message and finding.clause == "3.3b"
    assert nothing_happened(before) and not ParameterProposal.objects.exists()


def test_one_open_proposal_per_parameter(cast: Any) -> None:
    load_pack(now=cast.NOW)
    propose(cast)
    before = state()
    with pytest.raises(RuleBroken, match="已有一个提议等待确认"):
        propose(cast, who="heyan", text="5")
    assert nothing_happened(before) and ParameterProposal.objects.count() == 1


def test_unknown_parameter_and_unknown_proposal(cast: Any) -> None:
    load_pack(now=cast.NOW)
    with pytest.raises(NotFound):
        propose(cast, key="no.such")
    with pytest.raises(NotFound):
        confirm_parameter(actor=cast.actor("heyan"), proposal_id=0, now=cast.NOW)


def test_settled_proposal_is_stale_for_the_next(cast: Any) -> None:
    load_pack(now=cast.NOW)
    proposal = propose(cast)
    confirm_parameter(actor=cast.actor("heyan"), proposal_id=proposal.pk, now=cast.NOW)
    before = state()
    with pytest.raises(Stale, match="已由他人办结"):
        confirm_parameter(actor=cast.actor("shangwuju_head"), proposal_id=proposal.pk, now=cast.NOW)
    assert nothing_happened(before)


def test_rejected_proposal_changes_nothing_but_is_recorded(cast: Any) -> None:
    load_pack(now=cast.NOW)
    proposal = propose(cast)
    versions = ParameterVersion.objects.count()
    with pytest.raises(RuleBroken, match="请写明不同意的理由"):
        reject_parameter(actor=cast.actor("heyan"), proposal_id=proposal.pk, note=" ", now=cast.NOW)
    reject_parameter(
        actor=cast.actor("heyan"), proposal_id=proposal.pk, note="证据不足", now=cast.NOW
    )
    assert ParameterVersion.objects.count() == versions
    assert queries.params(cast.TODAY)[KEY] == 3
    assert Event.objects.filter(event="policy.parameter.rejected", reason="证据不足").count() == 1


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def paper(cast: Any, who: str = "chen", **changes: Any) -> Paper:
    file = store_file(
        actor=cast.actor(who), name="局务会纪要.pdf", stream=BytesIO(PDF), now=cast.NOW
    )
    given = {"number": "商发〔2026〕12号", "on": cast.TODAY, "file_id": file.pk}
    return Paper(**(given | changes))


def test_present_value_is_confirmed_with_the_paper_that_says_so(cast: Any) -> None:
    load_pack(now=cast.NOW)
    row = queries.params(cast.TODAY).row(KEY)
    assert row.suggested and row.said_origin == "建议值"
    proposal = propose(
        cast, text="3", effective_from=row.effective_from, reason="局务会同意", paper=paper(cast)
    )
    confirm_parameter(actor=cast.actor("heyan"), proposal_id=proposal.pk, now=cast.NOW)
    after = queries.params(cast.TODAY).row(KEY)
    assert (after.value, after.suggested, after.confirmed_by) == (3, False, "何核验")
    assert (after.said_origin, after.paper_number) == ("已确认", "商发〔2026〕12号")
    for who in ("chen", "longshan", "shenji"):  # 依据文件,登录的人都打得开
        assert cast.client(who).get(after.paper_url).status_code == 200


@pytest.mark.parametrize(
    ("lack", "field"),
    [({"number": " "}, "paper_number"), ({"on": None}, "paper_on"), ({"file_id": None}, "paper_file"),
     ({"on": date(2027, 1, 1)}, "paper_on"), ({"file_id": 987654}, "paper_file")],
)  # fmt: skip
def test_paper_must_be_whole(cast: Any, lack: dict[str, Any], field: str) -> None:
    load_pack(now=cast.NOW)
    given = paper(cast, **lack)
    before = state()
    with pytest.raises(RuleBroken) as caught:
        propose(cast, text="3", effective_from=date(2025, 7, 7), paper=given)
    assert [f.field for f in caught.value.findings] == [field]
    assert nothing_happened(before) and not ParameterProposal.objects.exists()


def test_present_value_without_a_paper_is_not_confirmed(cast: Any) -> None:
    load_pack(now=cast.NOW)
    before = state()
    with pytest.raises(RuleBroken, match="确认建议值，须有写明它的文件"):
        propose(cast, text="3")
    assert nothing_happened(before) and not ParameterProposal.objects.exists()


def test_file_of_another_person_is_no_paper(cast: Any) -> None:
    load_pack(now=cast.NOW)
    given = paper(cast, who="longshan")
    with pytest.raises(RuleBroken, match="文件没有存好"):
        propose(cast, text="3", paper=given)
    assert not ParameterProposal.objects.exists()


# ───────── 待办 ─────────


def test_proposal_opens_a_duty_and_settling_ends_it(cast: Any) -> None:
    load_pack(now=cast.NOW)
    proposal = propose(cast)
    duty = Duty.objects.get(kind="policy.settle_parameter")
    assert duty.object_id == proposal.pk and duty.ended_at is None
    assert duty.due_on > cast.TODAY and duty.unit.function == "commerce"
    confirm_parameter(actor=cast.actor("heyan"), proposal_id=proposal.pk, now=cast.NOW)
    duty.refresh_from_db()
    assert duty.ended_act == "policy.parameter.confirmed" and duty.ended_by == "何核验"


def test_refused_confirmation_leaves_the_duty_open(cast: Any) -> None:
    load_pack(now=cast.NOW)
    proposal = propose(cast, who="heyan")
    with pytest.raises(Denied):
        confirm_parameter(actor=cast.actor("heyan"), proposal_id=proposal.pk, now=cast.NOW)
    assert Duty.objects.get(kind="policy.settle_parameter").ended_at is None
