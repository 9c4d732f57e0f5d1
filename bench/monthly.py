"""一个单位五百个项目的月度更新表:打开、交三十行、下载表格、传回表格,各与地板相比。

为此另造一批首谈都是这个单位的项目(别的项目首谈在部门,不在它的表上)。
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any

from bench import floor
from bench.harness import Result, counting, paired, statements
from bench.pages import AIM, LIMIT

ROWS, CHANGED = 500, 30
UNIT = "dongfeng"
URL = f"/projects/monthly/?unit={UNIT}"
ROUNDS = 15


def run(scale: int, wanted: Callable[[str], bool]) -> list[Result]:
    """先看后写。"""
    if not wanted("monthly"):
        return []
    furnish()
    browser = client()
    return [opened(browser, scale), saved(browser, scale), *book(scale)]


def client() -> Any:
    """这个单位的经办。"""
    from django.test import Client

    from juyuan.foundation.people.models import Account

    made = Client(raise_request_exception=True)
    made.force_login(
        Account.objects.get(username=UNIT), backend="django.contrib.auth.backends.ModelBackend"
    )
    return made


def furnish() -> None:
    """补到表上有五百行(造出来的有些已终止、退库,不在表上);上一个规模留下的、后来添的照旧,不去掉。"""
    from juyuan.foundation.people.models import Unit
    from juyuan.foundation.workdays.clock import now
    from juyuan.rooms.pipeline.actions.seed import seed_projects

    unit, turn = Unit.objects.get(code=UNIT), 0
    while (lacking := ROWS - len(sheet().rows)) > 0:
        turn += 1
        seed_projects(scale=lacking, seed=500 + turn, now=now(), leads=[unit.pk])


def sheet() -> Any:
    """这个单位这一期的表。"""
    from juyuan.foundation.people.models import Account, Unit
    from juyuan.foundation.people.queries import actor_for
    from juyuan.foundation.workdays.clock import now
    from juyuan.rooms.pipeline.queries import monthly
    from juyuan.rooms.pipeline.queries.periods import Periods

    moment, periods = now(), Periods()
    account = Account.objects.select_related("person").get(username=UNIT)
    actor = actor_for(account, today=moment.date())
    unit, period = Unit.objects.get(code=UNIT), periods.of(moment.date())
    return monthly.sheet(actor, unit, period, periods=periods, now=moment)


def opened(browser: Any, scale: int) -> Result:
    """打开:同一模板、同样的上下文、同样的行由一条 SELECT 取出。"""
    from django.test.utils import setup_test_environment, teardown_test_environment

    setup_test_environment(debug=False)
    try:
        shown = browser.get(URL)
        assert shown.status_code == 200, shown.status_code
        ids = [row.project_id for row in shown.context["sheet"].rows]
        assert len(ids) == ROWS, len(ids)
        floor.record(shown.templates[0], shown.context[0], None, ids)
    finally:
        teardown_test_environment()
    sql, in_database = statements(lambda: browser.get(URL))
    (p50, p95), (_, base) = paired(
        lambda: browser.get(URL), lambda: browser.get("/_floor/"), rounds=ROUNDS
    )
    ratio = round(p95 / base, 2)
    more = {"statements": sql, "database_ms": in_database}
    return Result(
        "monthly_open", f"月度更新表 {len(sheet().rows)} 行", scale, p50, p95, base, ratio, AIM,
        ratio <= LIMIT, more,
    )  # fmt: skip


def _form(rows: Any, turn: int) -> dict[str, str]:
    """浏览器交来的整张表;其中三十行改过。"""
    data = {"unit": UNIT, "save": "all"}
    for number, row in enumerate(rows):
        content = row.prefill
        data |= {
            f"{row.code}.progress": f"第 {turn} 次更新" if number < CHANGED else content.progress,
            f"{row.code}.problem": content.problem,
            f"{row.code}.next_step": content.next_step,
            f"{row.code}.invested_month": str(turn) if number < CHANGED else "",
            f"{row.code}.no_change": "",
            f"{row.code}.no_change_note": "",
            f"{row.code}.event_kind": "",
            f"{row.code}.event_on": "",
            f"{row.code}.seen": str(row.revision),
        }
    return data


def saved(browser: Any, scale: int) -> Result:
    """交整张表,其中三十行改过。地板:同一张表交到只读出各栏、写三十行朴素 INSERT 的网址。"""
    from django.db import connection

    from juyuan.rooms.pipeline.models import MonthlyUpdate

    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bench_month (code text, progress text, money bigint)")
    took: list[float] = []
    base: list[float] = []
    count = 0
    # 先交一次:本期已有进展的各行(系统已知道的)随这一次收下,不计时
    assert browser.post("/projects/monthly/", _form(sheet().rows, ROUNDS + 1)).status_code == 302
    known = MonthlyUpdate.objects.count()
    for turn in range(1, ROUNDS + 1):
        data = _form(sheet().rows, turn)
        began = time.perf_counter()
        with counting() as sql:
            answer = browser.post("/projects/monthly/", data)
        took.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 302, answer.content.decode()[:3000]
        count = max(count, sql.count)
        began = time.perf_counter()
        assert browser.post("/_floor/month/", data).status_code == 302
        base.append((time.perf_counter() - began) * 1000)
    assert MonthlyUpdate.objects.count() - known == ROUNDS * CHANGED
    took, base = sorted(took), sorted(base)
    p50, p95, low = took[ROUNDS // 2], took[-1], base[-1]
    return Result(
        "monthly_save", f"交月度更新表({ROWS} 行里 {CHANGED} 行改过)", scale, round(p50, 2),
        round(p95, 2), round(low, 2), round(p95 / low, 2), more={"statements": count},
    )  # fmt: skip


def book(scale: int) -> list[Result]:
    """下载整张表(地板:XlsxWriter 写同样多的格子);填三十行传回来(地板:读文件、COPY 进临时表)。"""
    from juyuan.foundation.exchange import actions
    from juyuan.foundation.people.models import Account, Unit
    from juyuan.foundation.people.queries import actor_for
    from juyuan.foundation.workdays.clock import now
    from juyuan.rooms.pipeline.actions import monthbook
    from juyuan.rooms.pipeline.queries.periods import Periods

    moment, periods = now(), Periods()
    account = Account.objects.select_related("person").get(username=UNIT)
    actor = actor_for(account, today=moment.date())
    unit, period = Unit.objects.get(code=UNIT), periods.of(moment.date())

    def out() -> bytes:
        return monthbook.book_of(
            actor=actor, unit=unit, period=period, periods=periods, now=moment
        )[1]

    sql, in_database = statements(out)
    (p50, p95), (_, base) = paired(out, _plain_book, rounds=ROUNDS)
    ratio = round(p95 / base, 2)
    found = [
        Result(
            "monthly_book", f"下载月度更新表 {ROWS} 行", scale, p50, p95, base, ratio, AIM,
            ratio <= LIMIT, {"statements": sql, "database_ms": in_database},
        )
    ]  # fmt: skip
    data = _filled(out())
    began = time.perf_counter()
    with counting() as read:
        batch = actions.open_batch(
            actor=actor, kind="monthly", name="月度更新.xlsx", stream=io.BytesIO(data), now=moment,
            today=moment.date(),
        )  # fmt: skip
    preview = (time.perf_counter() - began) * 1000
    began = time.perf_counter()
    with counting() as written:
        actions.commit(actor=actor, batch_id=batch.pk, now=moment, today=moment.date())
    commit = (time.perf_counter() - began) * 1000
    plain = _plain_read(data)
    for name, label, spent, sql in (
        ("monthly_preview", f"传回月度更新表 {ROWS} 行:预览", preview, read.count),
        ("monthly_commit", f"传回月度更新表:提交 {CHANGED} 行", commit, written.count),
    ):
        found.append(
            Result(
                name, label, scale, round(spent, 1), round(spent, 1), round(plain, 1),
                round(spent / plain, 2), more={"statements": sql},
            )
        )  # fmt: skip
    assert batch.counts["update"] == CHANGED, batch.counts
    return found


def _plain_book() -> bytes:
    import xlsxwriter

    from juyuan.rooms.pipeline.actions.monthbook import COLUMNS

    stream = io.BytesIO()
    made = xlsxwriter.Workbook(stream, {"in_memory": True})
    style = made.add_format({"border": 1, "text_wrap": True, "valign": "top"})
    page = made.add_worksheet()
    for row in range(ROWS):
        for column in range(len(COLUMNS)):
            page.write_string(row, column, "年产三千万件", style)
    made.close()
    return stream.getvalue()


def _filled(data: bytes) -> bytes:
    """在下载来的表里填三十行的「进展情况」。"""
    from openpyxl import load_workbook

    workbook = load_workbook(io.BytesIO(data))
    page = workbook.active
    heads = [str(cell.value or "") for cell in page[3]]
    column = next(i for i, head in enumerate(heads, start=1) if head.startswith("进展情况"))
    for row in range(4, 4 + CHANGED):
        page.cell(row, column).value = f"表里填的第 {row} 行"
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _plain_read(data: bytes) -> float:
    from django.db import connection, transaction
    from python_calamine import CalamineWorkbook

    began = time.perf_counter()
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bench_book (row text)")
        with cursor.copy("COPY bench_book FROM STDIN") as copy:
            for row in rows:
                copy.write_row(["|".join(map(str, row))])
        cursor.execute("DROP TABLE bench_book")
    return (time.perf_counter() - began) * 1000
