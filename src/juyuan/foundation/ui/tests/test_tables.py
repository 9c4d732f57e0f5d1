"""表格:列选择、排序链接、合计、转义、手机标签。"""

from dataclasses import dataclass
from datetime import date

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.html import format_html

from juyuan.foundation.ui.tables import Column, Table, chosen_columns


@dataclass
class Row:
    pk: int
    name: str
    total: int | None
    on: date | None = None


COLUMNS = (
    Column(
        "name",
        "名称",
        href=lambda r: f"/p/{r.pk}/",
        second=lambda r: "对方<b>",
        fixed=True,
        sort="name",
        phone="full",
        clip=True,
    ),
    Column("total", "总额", kind="money", sort="total"),
    Column("on", "日期", kind="date"),
    Column("extra", "另加", value=lambda r: r.pk * 2, kind="number", default=False),
)
ROWS = [Row(1, "甲<script>", 680_000_000, date(2026, 11, 20)), Row(2, "乙", None)]


def table(query="", **options):
    options.setdefault("sort", "-total")
    return Table(COLUMNS, ROWS, QueryDict(query), **options)


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("", ["name", "total", "on"]),
        ("cols=extra", ["name", "extra"]),
        ("cols=extra,on&cols=total", ["name", "total", "on", "extra"]),
        ("cols=nonsense", ["name", "total", "on"]),
    ],
)
def test_columns_are_chosen_in_the_url_and_fixed_ones_stay(query, keys):
    assert [c.key for c in chosen_columns(COLUMNS, QueryDict(query))] == keys


def test_sort_links_turn_round_and_drop_the_page():
    heads = {h.column.key: h for h in table("stage=a&cursor=zzz").heads}
    assert heads["total"].aria_sort == "descending"
    assert heads["total"].url == "?stage=a&sort=total"
    assert heads["name"].url == "?stage=a&sort=name"
    assert heads["name"].aria_sort == ""
    assert heads["on"].url == ""
    assert heads["total"].unit == "亿元"
    assert table(money_unit="wan").heads[1].unit == "万元"


def test_cells_are_escaped_and_missing_is_a_dash():
    first, second = table().body
    assert "&lt;script&gt;" in first.cells[0].html and "<script>" not in first.cells[0].html
    assert "对方&lt;b&gt;" in first.cells[0].html
    assert first.cells[1].html == "6.80" and first.cells[1].css == "jy-n"
    assert second.cells[1].html == "—" and second.cells[2].html == "—"


def test_feet_stand_under_their_columns():
    made = table(
        sums=[("本页 2 项", {"total": 680_000_000}), ("符合条件 9 项", {"total": 10**9})],
        select=True,
    )
    page, everything = made.foots
    assert (page.label, page.span) == ("本页 2 项", 1)
    assert page.cells[0].html == "6.80" and everything.cells[0].html == "10.00"
    assert [c.css for c in page.cells] == ["jy-n", "skip"]


def test_the_rendered_table_has_labels_for_the_phone_and_headers_for_the_reader():
    html = render_to_string(
        "ui/components/table.html",
        {"table": table(select=True, act=lambda r: format_html("<a href='{}'>办</a>", r.pk))},
    )
    assert html.count('scope="col"') == 5
    assert 'aria-sort="descending"' in html
    assert 'data-l="总额"' in html
    assert 'aria-label="选择 乙"' in html
    assert "甲&lt;script&gt;" in html and "<script>" not in html


def test_an_empty_table_says_so():
    html = render_to_string(
        "ui/components/table.html", {"table": Table(COLUMNS, [], QueryDict(), empty="还没有项目")}
    )
    assert "还没有项目" in html and "<table" not in html


def test_column_form_keeps_the_other_parameters():
    assert table("stage=a&cols=on&cursor=z").kept == [("stage", "a")]
    assert table("stage=a&cols=on").reset_url == "?stage=a"
