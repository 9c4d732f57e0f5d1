"""项目库的网址。写死的在前:项目编号是随机的,不会与它们相撞。"""

from django.urls import path

from juyuan.rooms.pipeline.views import (
    bulk,
    changes,
    combining,
    edit,
    escalating,
    library,
    monthacts,
    monthly,
    moving,
    paid_list,
    paying,
    project,
    proving,
    quick,
    recognition,
    relating,
    supplementing,
    voiding,
)

app_name = "pipeline"
urlpatterns = [
    path("projects/", library.library, name="list"),
    path("projects/bulk/", bulk.bulk, name="bulk"),
    path("projects/bulk/<uuid:run_id>/", bulk.result, name="bulk_result"),
    path("projects/board/", library.board, name="board"),
    path("projects/recognised/", library.facts_list, name="facts"),
    path("projects/new/", edit.register, name="register"),
    path("projects/suggest-investors/", edit.suggest_investors, name="suggest_investors"),
    path("projects/paid-in/", paid_list.vouchers, name="paid_in"),
    path("projects/voucher-cases/", paid_list.cases, name="voucher_cases"),
    path("projects/voucher-cases/<int:case_id>/", paid_list.settle, name="voucher_case"),
    path("projects/monthly/", monthly.monthly, name="monthly"),
    path("projects/monthly/rows/", monthly.rows, name="monthly_rows"),
    path("projects/monthly/book/", monthacts.book, name="monthly_book"),
    path("projects/monthly/close/", monthacts.close, name="monthly_close"),
    path("projects/changes/", changes.changes_list, name="changes"),
    path("projects/relations/", relating.relations, name="relations"),
    path("projects/relations/<int:relation_id>/", relating.settle, name="relation"),
    path("projects/merges/<int:merge_id>/undo/", combining.undo, name="unmerge"),
    path("projects/escalations/", escalating.escalations, name="escalations"),
    path("projects/voids/<int:void_id>/", voiding.settle, name="settle_void"),
    path("projects/<slug:code>/", project.detail, name="detail"),
    path("projects/<slug:code>/edit/", edit.edit, name="edit"),
    path("projects/<slug:code>/cell/<slug:cell>/", quick.cell, name="cell"),
    path("projects/<slug:code>/move/", moving.move, name="move"),
    path("projects/<slug:code>/standing/<slug:verb>/", moving.standing, name="standing"),
    path(
        "projects/<slug:code>/recognise/<slug:stage>/",
        recognition.recognise_stage,
        name="recognise",
    ),
    path(
        "projects/<slug:code>/withdraw-recognition/",
        recognition.withdraw,
        name="withdraw_recognition",
    ),
    path("projects/<slug:code>/evidence/", proving.evidence, name="evidence"),
    path("projects/<slug:code>/monthly/", monthacts.project_month, name="project_month"),
    path("projects/<slug:code>/progress/", monthacts.progress_new, name="progress_new"),
    path(
        "projects/<slug:code>/progress/<int:event_id>/withdraw/",
        monthacts.progress_withdraw,
        name="progress_withdraw",
    ),
    path("projects/<slug:code>/vouchers/new/", paying.add, name="voucher_new"),
    path(
        "projects/<slug:code>/vouchers/<int:voucher_id>/check/", paying.check, name="voucher_check"
    ),
    path(
        "projects/<slug:code>/vouchers/<int:voucher_id>/reverse/",
        paying.reverse_one,
        name="voucher_reverse",
    ),
    path(
        "projects/<slug:code>/vouchers/<int:voucher_id>/file/", paying.attach, name="voucher_file"
    ),
    path(
        "projects/<slug:code>/escalation/convener/",
        escalating.convener,
        name="escalation_convener",
    ),
    path("projects/<slug:code>/escalation/team/", escalating.team, name="escalation_team"),
    path("projects/<slug:code>/escalation/plan/", escalating.plan, name="escalation_plan"),
    path("projects/<slug:code>/escalation/report/", escalating.report, name="escalation_report"),
    path("projects/<slug:code>/escalation/close/", escalating.close, name="escalation_close"),
    path("projects/<slug:code>/supplements/new/", supplementing.add, name="supplement_new"),
    path(
        "projects/<slug:code>/supplements/<int:supplement_id>/check/",
        supplementing.check,
        name="supplement_check",
    ),
    path("projects/<slug:code>/merge/", combining.merge, name="merge"),
    path("projects/<slug:code>/void/", voiding.void, name="void"),
    path(
        "projects/<slug:code>/evidence/<int:evidence_id>/void/", voiding.void, name="void_evidence"
    ),
]
