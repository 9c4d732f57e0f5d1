"""全库必须成立的关系:好的库一条也没有;每一条弄坏一行,恰好指出那一条。"""

from __future__ import annotations

import json
from typing import Any

import pytest

from juyuan.faces.cli import trust
from juyuan.foundation import invariants as registry
from juyuan.foundation.files import storage
from juyuan.foundation.files.models import FileUse
from juyuan.foundation.invariants import check as invariants
from juyuan.rooms.pipeline.actions.recognise import withdraw_recognition
from juyuan.rooms.pipeline.actions.void import request_void, settle_void
from juyuan.rooms.pipeline.models import Evidence, Project, Recognition
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(cast: Any) -> Project:
    """签约已认定;另有一个冲回过的、一个作废的、一个新登记的。"""
    reversed_ = f.recognised(cast, Stage.SIGNED, name="冲回过的")
    withdraw_recognition(
        actor=cast.actor("heyan"), project=reversed_, reason="合同不实", now=cast.NOW
    )
    voided = f.planning(cast, name="录错的")
    request = request_void(
        actor=cast.actor("longshan"), project=voided, reason="重复", now=cast.NOW
    )
    settle_void(actor=cast.actor("heyan"), request=request, agree=True, note="", now=cast.NOW)
    f.planning(cast, name="新登记的")
    for name in ("四平市甲有限公司", "四平市乙有限公司"):
        f.investor(cast, name=name)
    return f.recognised(cast, Stage.SIGNED, name="签了约的")


def rules(cast: Any) -> set[str]:
    return {found.rule for found in invariants(cast.TODAY)}


def test_经动作写成的库_一条也没有(cast: Any, project: Project) -> None:
    assert invariants(cast.TODAY) == []


def test_空库也成立(cast: Any) -> None:
    f.parameters(cast)
    assert invariants(cast.TODAY) == []


# 关系 → (弄坏一行的语句, 因而不成立的全部关系)
VOUCHER = (
    "INSERT INTO pipeline_voucher (project_id, sign, kind, paid_on, amount, currency, rate_source,"
    " payer_name, origin, fiscal, number, recognised_bp, recognised, parameters, file_sha256,"
    " file_name, note, reason, batch_id, historical, paper, by_name, at) VALUES (%s, 1, 'capital',"
    " '2026-11-01', 100, 'CNY', '', '甲', '', false, '1', 10000, 100, '{}', '', '', '', '', '',"
    " false, '', '甲', now())"
)
MIRROR = "sign, kind, paid_on, amount, currency, rate_source, payer_name, origin, fiscal, number"
BREAKS = {
    "project_keys": (
        "INSERT INTO investors_matchkey (kind, value, object_type, object_id)"
        " VALUES ('name', '不存在的项目', 'project', 999000 + %s)", {"project_keys"}),
    "voucher_keys": (VOUCHER, {"voucher_keys"}),
    "voucher_checks": (
        f"WITH v AS ({VOUCHER} RETURNING id) INSERT INTO pipeline_vouchercheck (voucher_id, verdict,"
        " recognised, reason, by_name, recorded_at)"
        " SELECT id, 'accepted', 99, '', '乙', now() FROM v",
        {"voucher_checks", "voucher_keys"}),
    "merged_projects": (
        "INSERT INTO pipeline_projectmerge (source_id, target_id, plan, moved, reason, by_name, at,"
        " undone_by_name, undo_reason) SELECT id, (SELECT min(id) FROM pipeline_project),"
        " '[]', '{}', '错', '甲', now(), '', '' FROM pipeline_project WHERE id = %s",
        {"merged_projects"}),
    "carried_once": (
        f"WITH v AS ({VOUCHER} RETURNING *) INSERT INTO pipeline_voucher (project_id, carried_from_id,"
        f" {MIRROR}, recognised_bp, recognised, parameters, file_sha256, file_name, note, reason,"
        " batch_id, historical, paper, by_name, at) SELECT project_id, id, 1, kind, paid_on, amount,"
        " currency, '', '', '', false, '2', 10000, 100, '{}', '', '', '', '错', '', false, '',"
        " '甲', now() FROM v",
        {"carried_once", "voucher_keys"}),
    "voucher_reversals": (
        f"WITH v AS ({VOUCHER} RETURNING *) INSERT INTO pipeline_voucher (project_id, reverses_id,"
        f" {MIRROR}, recognised_bp, recognised, parameters, file_sha256, file_name, note, reason,"
        " batch_id, historical, paper, by_name, at) SELECT project_id, id, -1, kind, paid_on, 99,"
        " currency, '', '', '', false, number, 10000, 99, '{}', '', '', '', '错', '', false, '',"
        " '甲', now() FROM v",
        {"voucher_reversals"}),
    "committed_within_contract": (
        "UPDATE pipeline_project SET committed_investment = contract_amount + 1 WHERE id = %s",
        {"committed_within_contract", "host_parts", "latest_state"}),
    "first_move": ("DELETE FROM pipeline_stagemove WHERE project_id = %s", {"first_move"}),
    "search_orphans": (
        "INSERT INTO search_searchrow (object_type, object_id, field, weight, text, grams)"
        " SELECT object_type, 999000 + %s, field, weight, text, grams FROM search_searchrow"
        " WHERE object_type = 'project' LIMIT 1", {"search_orphans"}),
    "merged_parties": (
        "UPDATE investors_investor i SET merged_into_id = (SELECT max(id) FROM investors_investor o"
        " WHERE o.id <> i.id AND o.merged_into_id IS NULL)"
        " WHERE id = (SELECT investor_id FROM pipeline_projectparty WHERE project_id = %s)",
        {"merged_parties"}),
    "merged_not_chained": (
        "UPDATE investors_investor i SET merged_into_id = ("
        "SELECT min(id) FROM investors_investor o WHERE o.id > i.id) WHERE %s > 0",
        {"merged_not_chained", "merged_parties"}),
    "investor_keys": (
        "DELETE FROM investors_matchkey WHERE kind = 'name' AND %s > 0", {"investor_keys"}),
    "unit_paths": (
        "UPDATE people_unit SET path = '999.' WHERE id ="
        " (SELECT max(id) FROM people_unit WHERE parent_id IS NOT NULL) AND %s > 0",
        {"unit_paths"}),
    "exclusive_roles": (
        "INSERT INTO people_post (person_id, unit_id, role, title, starts_on, granted_by)"
        " SELECT person_id, unit_id, 'clerk', '', starts_on, granted_by FROM people_post"
        " WHERE role = 'sysadmin' AND %s > 0", {"exclusive_roles"}),
    "append_only": ("ALTER TABLE ledger_event DISABLE TRIGGER append_only", {"append_only"}),
    "host_shares": ("UPDATE pipeline_projecthost SET share_bp = 9999 WHERE project_id = %s",
                    {"host_shares", "latest_state"}),
    "host_parts": ("UPDATE pipeline_projecthost SET contract_part = contract_part - 1"
                   " WHERE project_id = %s", {"host_parts", "figures_replay"}),
    "party_shares": ("UPDATE pipeline_projectparty SET share_bp = 5000 WHERE project_id = %s",
                     {"party_shares"}),
    "unit_ids": ("UPDATE pipeline_project SET unit_ids = unit_ids[1:1] WHERE id = %s", {"unit_ids"}),
    "visibility_lists": ("UPDATE pipeline_project SET participant_unit_ids = '{1}' WHERE id = %s",
                         {"visibility_lists"}),
    "recognised_stage": ("UPDATE pipeline_project SET stage_status = 'claimed' WHERE id = %s",
                         {"recognised_stage"}),
    "latest_state": ("UPDATE pipeline_project SET chain_id = NULL WHERE id = %s", {"latest_state"}),
    "figures_replay": ("UPDATE pipeline_project SET stage = 'landed', stage_status = 'claimed'"
                       " WHERE id = %s", {"latest_state", "figures_replay", "first_move"}),
    "search_rows": ("DELETE FROM search_searchrow WHERE object_type = 'project' AND object_id = %s",
                    {"search_rows"}),
    "registration_event": ("UPDATE pipeline_project SET code = 'LY-CHANGED' WHERE id = %s",
                           {"registration_event"}),
}  # fmt: skip


@pytest.mark.parametrize("rule", BREAKS)
def test_弄坏一行_指出那一条(cast: Any, project: Project, as_owner: Any, rule: str) -> None:
    sql, wanted = BREAKS[rule]
    with as_owner() as cursor:
        cursor.execute(sql, [project.pk] if "%s" in sql else None)
        assert cursor.rowcount != 0
    found = rules(cast)
    assert rule in found
    assert found <= wanted | {"figures_replay"}


def test_冲回与原行不同_没有冲回的失效认定(cast: Any, project: Project, as_owner: Any) -> None:
    with as_owner() as cursor:
        cursor.execute("UPDATE pipeline_recognition SET contract_amount = 1 WHERE sign = -1")
    [found] = invariants(cast.TODAY)
    assert (found.rule, "contract_amount" in found.message) == ("reversals", True)
    row = Recognition.objects.get(project=project, live=True)
    with as_owner() as cursor:
        cursor.execute("UPDATE pipeline_recognition SET live = false WHERE id = %s", [row.pk])
    assert {"reversals", "recognised_stage"} <= rules(cast)


def test_文件不在_被改_用途不在(cast: Any, project: Project, as_owner: Any) -> None:
    evidence = Evidence.objects.filter(project=project).first()
    path = storage.path_of(evidence.file_sha256)
    kept = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(b"%PDF-1.4 forged")
    [found] = invariants(cast.TODAY)
    assert found.rule == "evidence_files" and "内容与摘要不符" in found.message
    path.unlink()
    [found] = invariants(cast.TODAY)
    assert "文件不在" in found.message
    path.write_bytes(kept)
    assert invariants(cast.TODAY) == []
    with as_owner() as cursor:
        cursor.execute("DELETE FROM files_fileuse WHERE id = %s", [evidence.file_use_id])
    assert not FileUse.objects.filter(pk=evidence.file_use_id).exists()
    [found] = invariants(cast.TODAY)
    assert "文件用途不在" in found.message and found.field == project.code


def test_命令_好的退出0_坏的逐条打印退出1(
    cast: Any, project: Project, as_owner: Any, settings: Any, capsys: Any
) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    assert trust.check_invariants([]) == 0
    out = capsys.readouterr().out
    assert out.count("✓") == len(registry.labels()) and "✗" not in out
    with as_owner() as cursor:
        cursor.execute("DELETE FROM search_searchrow WHERE object_id = %s", [project.pk])
    assert trust.check_invariants(["--json"]) == 1
    [line] = json.loads(capsys.readouterr().out)
    assert (line["field"], line["rule"]) == (project.code, "search_rows")
    assert trust.check_invariants([]) == 1
    assert f"{project.code}:没有检索行" in capsys.readouterr().out


def test_每一条登记的关系_都有弄坏它的一例() -> None:
    elsewhere = {
        "reversals",
        "evidence_files",
        "libraries",
        "paper_numbers",
        "review_state_is_last_step",
        "review_decided_has_decision",
    }  # 各有自己的测试
    assert set(BREAKS) | elsewhere == set(registry.labels())


def test_两家不得用同一个名字() -> None:
    with pytest.raises(ValueError, match="unit_paths"):
        registry.register(registry.Invariants("别家", {"unit_paths": "重名"}, lambda today: []))
    assert "别家" not in registry._groups


def test_权限矩阵的命令给出全部网址(capsys: Any) -> None:
    assert trust.permission_matrix(["--json"]) == 0
    lines = json.loads(capsys.readouterr().out)
    [edit] = [r for r in lines if r["name"] == "pipeline:edit" and r["method"] == "GET"]
    assert (edit["own"], edit["clerk"], edit["other"]) == ("200", "200/404", "404")
    assert trust.permission_matrix([]) == 0
    assert "pipeline:edit" in capsys.readouterr().out
