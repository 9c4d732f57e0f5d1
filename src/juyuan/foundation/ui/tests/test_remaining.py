"""`{% remaining 日期 %}`:页上的日期旁边说还有几个工作日。"""

from datetime import date

import pytest
from django.template import Context, Template

TODAY = date(2026, 11, 20)
PAGE = Template("{% load jy %}{% remaining on %}")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("on", "said"),
    [
        (date(2026, 11, 25), "还有 3 个工作日"),
        (TODAY, "今天到期"),
        (date(2026, 11, 17), "逾期 3 个工作日"),
        (None, ""),
    ],
)
def test_a_date_says_how_many_workdays_are_left(on, said):
    assert PAGE.render(Context({"on": on, "today": TODAY})) == said


@pytest.mark.django_db
def test_the_calendar_is_read_once_per_page(django_assert_num_queries):
    page = Template("{% load jy %}{% remaining a %}{% remaining b %}{% remaining c %}")
    days = {"a": date(2026, 12, 1), "b": date(2027, 1, 4), "c": TODAY}
    with django_assert_num_queries(2):
        page.render(Context(days | {"today": lambda: TODAY}))
