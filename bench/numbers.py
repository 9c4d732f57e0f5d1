"""统计、检索、导入、导出。"""

from __future__ import annotations

import io
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.harness import Result, fresh, statements, timed

IMPORT_ROWS = 5_000


def run(scale: int, wanted: Callable[[str], bool]) -> list[Result]:
    """按次序:只读的在前,写入的在后。"""
    parts: tuple[tuple[str, Callable[[int], list[Result]]], ...] = (
        ("tabs", tabs),
        ("figures", figures),
        ("find", find),
        ("export", export),
        ("import", bring_in),
    )
    return [result for name, part in parts if wanted(name) for result in part(scale)]


def tabs(scale: int) -> list[Result]:
    """五库页签的个数与合计(商务主管部门经办所见)。"""
    from juyuan.foundation.people.models import Account
    from juyuan.foundation.people.queries import actor_for
    from juyuan.foundation.workdays.clock import today
    from juyuan.rooms.pipeline.queries.listing import library_strip

    account = Account.objects.select_related("person").get(username="shangwuju")
    actor = actor_for(account, today=today())
    sql, in_database = statements(fresh(lambda: library_strip(actor)))
    p50, p95 = timed(fresh(lambda: library_strip(actor)), rounds=10)
    return [
        Result(
            "tabs", "五库页签", scale, p50, p95, aim="≤ 10 条 SQL,数据库 ≤ 300 ms(100,000 个项目)",
            met=sql <= 10 and in_database <= 300 if scale >= 100_000 else None,
            more={"statements": sql, "database_ms": in_database},
        )
    ]  # fmt: skip


def figures(scale: int) -> list[Result]:
    """全市全部统计数字;地板是把项目表按库分组汇总的一条 SELECT。"""
    from django.db import connection

    from juyuan.foundation.figures.queries import compute

    def plain() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT stage, recognised_stage, count(*), sum(total_investment), sum(contract_amount)"
                " FROM pipeline_project WHERE voided_at IS NULL GROUP BY 1, 2"
            )
            cursor.fetchall()

    sql, in_database = statements(fresh(lambda: compute(None, None)))
    p50, p95 = timed(fresh(lambda: compute(None, None)), rounds=10)
    _, floor = timed(plain, rounds=10)
    return [
        Result(
            "figures", "全部统计数字", scale, p50, p95, floor, round(p95 / floor, 2),
            "≤ 10 条 SQL,数据库 ≤ 300 ms(100,000 个项目)",
            sql <= 10 and in_database <= 300 if scale >= 100_000 else None,
            {"statements": sql, "database_ms": in_database},
        )
    ]  # fmt: skip


def find(scale: int) -> list[Result]:
    """顶栏检索:少见的与常见的片段各一个;地板是同样个数的主键查询。"""
    from django.db import connection

    from juyuan.foundation.people.models import Account
    from juyuan.foundation.people.queries import actor_for
    from juyuan.foundation.search.queries import find as search
    from juyuan.foundation.workdays.clock import today
    from juyuan.rooms.pipeline.models import Project

    account = Account.objects.select_related("person").get(username="shangwuju")
    actor = actor_for(account, today=today())
    newest = Project.objects.order_by("-id").first()
    assert newest is not None
    ids = list(Project.objects.order_by("-id").values_list("pk", flat=True)[:20])

    def plain() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM pipeline_project WHERE id = ANY(%s)", [ids])
            cursor.fetchall()

    _, floor = timed(plain)
    results = []
    for name, label, text in (
        ("find_rare", "检索:少见的片段", newest.name[:6]),
        ("find_common", "检索:常见的片段", "生产基地"),
    ):
        sql, in_database = statements(lambda text=text: search(text, actor, 20))
        p50, p95 = timed(lambda text=text: search(text, actor, 20))
        results.append(
            Result(
                name, f"{label}「{text}」", scale, p50, p95, floor, round(p95 / floor, 2),
                "数据库 ≤ 20 ms(1,000,000 个名称)", in_database <= 20,
                {"statements": sql, "database_ms": in_database},
            )
        )  # fmt: skip
    return results


def export(scale: int) -> list[Result]:
    """导出整个项目库为 xlsx;地板是 XlsxWriter 写同样多的行、同样多的列。"""
    from juyuan.foundation.exchange import exporters
    from juyuan.foundation.workdays.clock import now
    from juyuan.kernel.actor import Actor

    actor, moment = Actor.console(), now()
    before = peak_mb()
    began = time.perf_counter()
    done = exporters.export(
        actor=actor, kind="projects", stream=io.BytesIO(), now=moment, today=moment.date()
    )
    took = time.perf_counter() - began
    columns = len(exporters.kind_named("projects").columns)
    floor = _plain_xlsx(done.rows, columns)
    return [
        Result(
            "export", f"导出 {done.rows} 行", scale, took * 1000, took * 1000, floor * 1000,
            round(took / floor, 2), "内存增加 ≤ 200 MB", peak_mb() - before <= 200,
            {"rows": done.rows, "rows_per_s": round(done.rows / took), "memory_mb": peak_mb() - before},
        )
    ]  # fmt: skip


def _plain_xlsx(rows: int, columns: int) -> float:
    import xlsxwriter

    began = time.perf_counter()
    book = xlsxwriter.Workbook(io.BytesIO(), {"constant_memory": True})
    sheet = book.add_worksheet()
    for row in range(rows):
        for column in range(columns):
            sheet.write_string(row, column, "年产三千万件高端纱线")
    book.close()
    return time.perf_counter() - began


def bring_in(scale: int) -> list[Result]:
    """导入 5,000 行:预览与提交;地板是只读这个文件,再 COPY 进一张临时表。"""
    from juyuan.foundation.exchange import actions, queries
    from juyuan.foundation.people.models import Account
    from juyuan.foundation.people.queries import actor_for
    from juyuan.foundation.workdays.clock import now

    moment = now()
    account = Account.objects.select_related("person").get(username="shangwuju")
    actor = actor_for(account, today=moment.date(), via="console")
    data = ledger(IMPORT_ROWS, scale)
    before = peak_mb()
    began = time.perf_counter()
    batch = actions.open_batch(
        actor=actor, kind="projects", name="bench.xlsx", stream=io.BytesIO(data), now=moment,
        today=moment.date(),
    )  # fmt: skip
    preview = time.perf_counter() - began
    pending = queries.row_counts(batch).pending
    began = time.perf_counter()
    actions.commit(actor=actor, batch_id=batch.pk, now=moment, today=moment.date())
    commit = time.perf_counter() - began
    memory = peak_mb() - before
    floor = _plain_import(data)
    return [
        Result(
            "import_preview", f"导入预览 {IMPORT_ROWS} 行", scale, preview * 1000, preview * 1000,
            floor * 1000, round(preview / floor, 2), "≥ 1,000 行/秒,内存 ≤ 300 MB",
            IMPORT_ROWS / preview >= 1000 and memory <= 300,
            {"rows_per_s": round(IMPORT_ROWS / preview), "counts": batch.counts, "memory_mb": memory},
        ),
        Result(
            "import_commit", f"导入提交 {pending} 行", scale, commit * 1000, commit * 1000,
            floor * 1000, round(commit / floor, 2), "≥ 500 行/秒", pending / commit >= 500,
            {"rows_per_s": round(pending / commit)},
        ),
    ]  # fmt: skip


def ledger(rows: int, salt: int) -> bytes:
    """一份干净的台账。"""
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet("项目")
    heads = ("项目名称", "投资方", "总投资(万元)", "项目阶段", "建设内容")
    sheet.write_row(0, 0, heads)
    for row in range(1, rows + 1):
        values: tuple[Any, ...] = (
            f"第{salt}批{row}号高端纱线智能制造项目",
            f"杭州{salt}{row}号纺织科技有限公司",
            1000 + row,
            "在谈",
            "新建厂房与生产线",
        )
        sheet.write_row(row, 0, values)
    book.close()
    return stream.getvalue()


def _plain_import(data: bytes) -> float:
    from django.db import connection, transaction
    from python_calamine import CalamineWorkbook

    began = time.perf_counter()
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bench_plain (a text, b text, c text, d text, e text)")
        with cursor.copy("COPY bench_plain FROM STDIN") as copy:
            for row in rows:
                copy.write_row([str(value) for value in row])
        cursor.execute("DROP TABLE bench_plain")
    return time.perf_counter() - began


def peak_mb() -> int:
    """本进程至今的最大内存(MB)。"""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024 if Path("/proc/self").exists() else 1024 * 1024)
