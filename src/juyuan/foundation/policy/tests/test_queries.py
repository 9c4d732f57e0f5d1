"""读:条款、参数、缓存。"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from juyuan.foundation.policy import queries
from juyuan.foundation.policy.actions import load_pack
from juyuan.foundation.policy.models import ParameterVersion
from juyuan.kernel.once import reading

pytestmark = pytest.mark.django_db


def test_s3_3c_escalation_threshold_of_the_document(cast: Any) -> None:
    load_pack(now=cast.NOW)
    row = queries.params(date(2026, 1, 1)).row("escalation.threshold")
    assert (row.value, row.op, row.origin) == (500_000_000, ">=", "文件明定")
    assert "5亿元以上" in row.text_q


def test_before_the_first_load_the_pack_itself_answers(db: None) -> None:
    assert not ParameterVersion.objects.exists()
    assert queries.params(date(2026, 1, 1))["first_contact.report_day"] == 20


def test_another_city_has_other_numbers(db: None, settings: Any) -> None:
    settings.JUYUAN_PACK = "testcity"
    book = queries.params(date(2026, 8, 1))
    assert (book["escalation.threshold"], book["first_contact.report_day"]) == (300_000_000, 15)
    assert queries.params(date(2026, 6, 30))["lights.red_months"] == 2
    assert book["lights.red_months"] == 3
    assert queries.clause("3.3c").code == "A5"
    assert queries.clause_by_code("A5").display == "第五条"
    assert queries.display("3.3c") == "第五条"
    assert queries.display("3.7e") == ""


def test_unknown_clause_is_a_lookup_error(db: None) -> None:
    with pytest.raises(LookupError):
        queries.clause("9.9z")
    with pytest.raises(LookupError):
        queries.clause_by_code("9.9z")


def test_repeated_reading_costs_one_small_query(cast: Any, django_assert_num_queries: Any) -> None:
    load_pack(now=cast.NOW)
    queries.params(cast.TODAY)
    with django_assert_num_queries(1):
        queries.params(cast.TODAY)["ui.page_size"]
    with queries.pinned(), django_assert_num_queries(0):
        for day in range(1, 28):
            assert queries.params(date(2026, 1, day))["ui.page_size"] == 50


def test_new_version_is_seen_at_the_next_reading(cast: Any) -> None:
    load_pack(now=cast.NOW)
    assert queries.params(cast.TODAY)["ui.page_size"] == 50
    one = ParameterVersion.objects.get(key="ui.page_size")
    one.pk, one.value = None, 30
    one.save(force_insert=True)
    assert queries.params(cast.TODAY)["ui.page_size"] == 30


def test_a_reading_request_looks_once_and_never_without_need(
    cast: Any, django_assert_num_queries: Any
) -> None:
    load_pack(now=cast.NOW)
    queries.params(cast.TODAY)
    with django_assert_num_queries(0), reading():
        pass
    with django_assert_num_queries(1), reading():
        for day in range(1, 28):
            assert queries.params(date(2026, 1, day))["ui.page_size"] == 50
    one = ParameterVersion.objects.get(key="ui.page_size")
    one.pk, one.value = None, 30
    one.save(force_insert=True)
    with reading():
        assert queries.params(cast.TODAY)["ui.page_size"] == 30
