"""导入单位、人员、任职:次序不限、重复无妨、拒得明白;与网页上的单个动作同一判定。"""

from io import BytesIO

import pytest
import xlsxwriter

from juyuan.foundation.exchange import actions
from juyuan.foundation.exchange.kinds import registry
from juyuan.foundation.people.exchange import KINDS
from juyuan.foundation.people.models import Account, Person, Post, Unit
from juyuan.kernel.verdict import Denied
from tests.cast import NOW, TODAY

UNIT_HEAD = ["单位名称", "单位代码", "单位类别", "上级单位", "可作承载地", "别名"]
PEOPLE_HEAD = ["账号", "姓名", "开通登录"]
POST_HEAD = ["账号", "单位", "角色", "职务", "起任日", "止任日"]


@pytest.fixture(autouse=True)
def kinds():
    known = dict(registry.imports)
    registry.register(*KINDS)
    yield
    registry.imports.clear()
    registry.imports.update(known)


def book(head, *rows):
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("表")
        for number, row in enumerate([head, *rows]):
            sheet.write_row(number, 0, row)
    return target.getvalue()


def load(actor, kind, data, **more):
    batch = actions.open_batch(
        actor=actor, kind=kind, name="表.xlsx", stream=BytesIO(data), now=NOW, today=TODAY
    )
    batch = actions.commit(actor=actor, batch_id=batch.pk, now=NOW, today=TODAY, **more)
    return [row.verdict for row in batch.rows.order_by("position")], batch


def reasons(batch):
    return [f["reason"] for row in batch.rows.order_by("position") for f in row.findings]


def test_units_go_in_whatever_their_order_and_a_code_is_made_when_missing(cast):
    data = book(
        UNIT_HEAD,
        ["向北镇", "", "乡镇街道", "龙山区新区管委会", "", ""],
        ["龙山区新区管委会", "xinqu", "开发区", "龙山区", "是", "新区、龙山新区"],
    )
    verdicts, _ = load(cast.actor("sysadmin"), "units", data)
    assert verdicts == ["new", "new"]
    town = Unit.objects.get(name="向北镇")
    assert town.path == f"/shizhengfu/longshan/xinqu/{town.code}/"
    zone = Unit.objects.get(code="xinqu")
    assert (zone.is_county, zone.aliases) == (True, ["新区", "龙山新区"])
    before = list(Unit.objects.order_by("pk").values())
    again, _ = load(cast.actor("sysadmin"), "units", data)
    assert again == ["same", "same"]
    assert list(Unit.objects.order_by("pk").values()) == before


def test_columns_left_out_keep_what_is_known(cast):
    data = book(["单位名称", "单位类别", "简称"], ["市科技局", "部门", "科技局"])
    verdicts, _ = load(cast.actor("sysadmin"), "units", data)
    assert verdicts == ["update"]
    unit = Unit.objects.get(code="keji")
    assert (unit.short_name, unit.function, unit.parent.code) == ("科技局", "science", "shizhengfu")


def test_bad_units_are_refused_with_the_reason_and_the_good_ones_go_in(cast):
    data = book(
        UNIT_HEAD,
        ["甲局", "jia", "部门", "没有的政府", "", ""],
        ["乙局", "yi", "城堡", "市政府", "", ""],
        ["丙局", "bing", "部门", "市政府", "", ""],
        ["丁局", "bing", "部门", "市政府", "", ""],
        ["戊局", "wu", "部门", "ji", "", ""],
        ["己局", "ji", "部门", "wu", "", ""],
    )
    verdicts, batch = load(cast.actor("sysadmin"), "units", data)
    assert verdicts == ["refused", "refused", "new", "refused", "refused", "refused"]
    told = "".join(reasons(batch))
    for words in ("上级单位「没有的政府」不存在", "城堡", "「bing」重复"):
        assert words in told
    assert Unit.objects.filter(code__in=["jia", "yi", "bing", "wu", "ji"]).count() == 1


def test_people_get_an_account_without_a_usable_password(cast):
    data = book(
        PEOPLE_HEAD, ["ZhangSan", "张三", ""], ["lisi", "李四", "否"], ["longshan", "新姓名", ""]
    )
    verdicts, _ = load(cast.actor("sysadmin"), "people", data)
    assert verdicts == ["new", "new", "update"]
    account = Account.objects.get(username="zhangsan")
    assert (account.has_usable_password(), account.must_change_password) == (False, True)
    assert not Account.objects.filter(username="lisi").exists()
    assert Person.objects.get(code="longshan").name == "新姓名"
    assert Account.objects.get(username="longshan").check_password(cast.PASSWORD)
    again, _ = load(cast.actor("sysadmin"), "people", data)
    assert again == ["same", "same", "same"]


def test_posts_and_the_three_admins_also_within_one_file(cast):
    data = book(
        POST_HEAD,
        ["kong", "龙山区", "经办", "招商专班", "2026-01-01", ""],
        ["kong", "市政府", "审计管理员", "", "2026-02-01", ""],
        ["chen", "市政府", "系统管理员", "", "2026-02-01", ""],
        ["meiyou", "龙山区", "经办", "", "2026-01-01", ""],
        ["xian", "西安区", "经办", "", "2025-07-07", "2026-12-31"],
        ["secadmin", "市政府", "安全管理员", "", "2026-12-01", ""],
    )
    verdicts, batch = load(cast.actor("secadmin"), "posts", data)
    assert verdicts == ["new", "refused", "refused", "refused", "update", "refused"]
    told = reasons(batch)
    assert sum("三员互斥" in text for text in told) == 2
    assert any("没有人员「meiyou」" in text for text in told)
    assert any("不得给自己" in text for text in told)
    assert [p.title for p in cast.actor("kong").posts] == ["招商专班"]
    assert Post.objects.get(person__code="xian").ends_on.isoformat() == "2026-12-31"
    again, _ = load(cast.actor("secadmin"), "posts", data)
    assert again == ["same", "refused", "refused", "refused", "same", "refused"]


@pytest.mark.parametrize(
    ("kind", "who"),
    [("units", "secadmin"), ("people", "chen"), ("posts", "sysadmin"), ("posts", "auditadmin")],
)
def test_only_the_right_admin_imports(cast, kind, who):
    with pytest.raises(Denied):
        load(
            cast.actor(who), kind, book(POST_HEAD, ["kong", "龙山区", "经办", "", "2026-01-01", ""])
        )


@pytest.mark.parametrize("one_by_one", [False, True])
def test_both_executors_give_the_same_rows(cast, one_by_one):
    rows = [
        ["新局甲", "xja", "部门", "市政府", "", ""],
        ["新局乙", "xjb", "部门", "xja", "否", "乙"],
    ]
    load(cast.actor("sysadmin"), "units", book(UNIT_HEAD, *rows), one_by_one=one_by_one)
    found = list(
        Unit.objects.filter(code__startswith="xj")
        .order_by("code")
        .values_list("code", "name", "path", "kind", "is_county", "aliases", "order", "version")
    )
    assert found == [
        ("xja", "新局甲", "/shizhengfu/xja/", "department", False, [], 2, 1),
        ("xjb", "新局乙", "/shizhengfu/xja/xjb/", "department", False, ["乙"], 3, 1),
    ]
