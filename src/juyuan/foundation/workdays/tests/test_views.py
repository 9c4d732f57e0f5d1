"""工作日历页:谁都能看,系统管理员照通知的写法录入一年。"""

import pytest

from juyuan.foundation.workdays.models import Holiday, NoticedYear
from juyuan.foundation.workdays.queries import calendar

pytestmark = pytest.mark.django_db
NOTICE = {
    "year": "2027",
    "notice": "国办发明电〔2026〕1号",
    "off": "2027-01-01 至 2027-01-03 元旦\n\n2027年10月1日~2027年10月7日 国庆节",
    "makeup": "2027/10/10 国庆节",
}


def text(response):
    return response.content.decode()


def test_anyone_sees_the_year_and_what_it_rests_on(cast):
    page = text(cast.client("longshan").get("/workdays/?year=2026"))
    assert "2026-02-14" in page
    assert "春节" in page
    assert "调休上班" in page
    assert "录入这一年" not in page
    assert "还没有放假通知" in text(cast.client("longshan").get("/workdays/?year=2027"))
    for odd in ("abc", "99999", "%00", "1999"):
        assert cast.client("longshan").get(f"/workdays/?year={odd}").status_code == 200


def test_the_system_administrator_enters_a_year_as_the_notice_writes_it(cast):
    client = cast.client("sysadmin")
    assert "录入这一年" in text(client.get("/workdays/"))
    assert client.post("/workdays/", NOTICE).status_code == 302
    assert Holiday.objects.count() == 11
    assert 2027 in calendar().years
    page = text(client.get("/workdays/?year=2027"))
    assert "国办发明电〔2026〕1号" in page
    assert "还没有放假通知" not in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"year": ""}, "请填写年份"),
        ({"notice": ""}, "通知文号"),
        ({"off": ""}, "至少应有一个放假日"),
        ({"off": "2027-02-30 春节"}, "第 1 行"),
        ({"off": "\n2027-01-01"}, "第 2 行"),
        ({"off": "2027-01-03 至 2027-01-01 元旦"}, "起止日期不对"),
        ({"off": "2026-12-31 元旦"}, "不在 2027 年"),
        ({"makeup": "2027-10-11 国庆节"}, "本是工作日"),
    ],
)
def test_what_makes_no_sense_is_said_and_nothing_is_written(cast, change, said):
    answer = cast.client("sysadmin").post("/workdays/", NOTICE | change)
    assert answer.status_code == 422
    assert said in text(answer)
    assert not Holiday.objects.exists()
    assert not NoticedYear.objects.exists()


def test_others_cannot_enter(cast):
    answer = cast.client("chen").post("/workdays/", NOTICE)
    assert answer.status_code == 403
    assert not Holiday.objects.exists()
