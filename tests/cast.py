"""固定的人物与单位,全部测试共用(夹具 `cast`)。

    def test_…(cast):
        cast.actor("longshan")          # 行动者(由任职组装)
        cast.unit("longshan").pk        # 单位
        cast.client("longshan")         # 已登录的测试客户端
        cast.account("longshan")  cast.person("longshan")
        cast.NOW  cast.TODAY            # 2026-11-20 星期五 09:00(+08:00)

单位代码与 packs/liaoyuan 相同;人员代码 = 账号名。人物(账号 · 单位 · 角色):

| 账号 | 是谁 |
|---|---|
| `chen` | 市商务局小陈,经办 |
| `heyan` · `shangwuju_head` | 市商务局核验人 · 负责人 |
| `fagai` · `fagai_heyan` | 市发展改革委经办 · 核验人(认定市商务局自己的项目) |
| `dongfeng` `dongliao` `longshan` `xian` `gaoxin` | 四县区、高新区经办 |
| `dongfeng_head` … `gaoxin_head` | 各地主要负责同志 |
| `longshan_shangwu` | 龙山区商务局经办(龙山区政府的下级单位) |
| `gongxin` `keji` `ziran` `zhengshu` | 部门经办 |
| `zongzhaoji` · `zhaoji` · `zhaoji2` | 总召集人 · 分管副市长 · 召集人 |
| `lianzhang` · `mishu` | 链长 · 服务秘书(均在市工信局) |
| `zhuanyuan` · `guwen` · `shanghui` | 审批专员 · 招商顾问 · 商会 |
| `caizheng` `zuzhi` `shenji` | 财政、组织、审计查阅 |
| `sysadmin` `secadmin` `auditadmin` | 三员 |
| `duo` | 身兼两职:龙山区经办、东丰县经办(切换任职用) |
| `kong` | 有账号,没有任职 |

口令都是 `cast.PASSWORD`。要别的人物,用 `cast.add("代号", 单位代码, 角色)`。
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.test import Client

from juyuan.foundation.people.actions import load_accounts, load_people, load_posts, load_units
from juyuan.foundation.people.actions.load import AccountRow, PersonRow, PostRow
from juyuan.foundation.people.models import Account, Person, Unit
from juyuan.foundation.people.queries import actor_for
from juyuan.foundation.people.rules import UnitDraft
from juyuan.kernel.actor import Actor
from tests.replay import replayed

TZ = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=TZ)
SINCE = date(2025, 7, 7)
PASSWORD = "Juyuan-2026"


def _unit(
    code: str, name: str, kind: str, function: str, parent: str = "shizhengfu", **more: object
) -> UnitDraft:
    return UnitDraft(
        code=code, name=name, kind=kind, function=function, parent=parent, origin="测试", **more
    )


_CITY = [
    _unit("shizhengfu", "辽源市人民政府", "government", "city_government", "", short_name="市政府"),
    *(
        _unit(code, name, "department", function)
        for code, name, function in [
            ("shangwuju", "市商务局", "commerce"),
            ("fagai", "市发展改革委", "development"),
            ("gongxin", "市工业和信息化局", "industry"),
            ("keji", "市科技局", "science"),
            ("ziran", "市自然资源局", "natural_resources"),
            ("caizheng", "市财政局", "finance"),
            ("zhengshu", "市政务服务和数字化局", "government_service"),
            ("sifa", "市司法局", "justice"),
            ("shichang", "市市场监管局", "market"),
            ("shenji", "市审计局", "audit"),
        ]
    ),
    _unit("zuzhi", "市委组织部", "party", "organisation"),
    _unit("shanghui", "异地商会", "network", "chamber"),
]
_COUNTIES = [
    _unit(code, name, kind, function, is_county=True, short_name=short, order=order)
    for order, (code, name, short, kind, function) in enumerate(
        [
            ("dongfeng", "东丰县人民政府", "东丰县", "government", "county_government"),
            ("dongliao", "东辽县人民政府", "东辽县", "government", "county_government"),
            ("longshan", "龙山区人民政府", "龙山区", "government", "county_government"),
            ("xian", "西安区人民政府", "西安区", "government", "county_government"),
            ("gaoxin", "辽源高新区管委会", "高新区", "zone", "zone_committee"),
        ],
        start=1,
    )
]
UNITS = [
    *_CITY,
    *_COUNTIES,
    _unit("longshan_shangwu", "龙山区商务局", "department", "county_commerce", "longshan"),
]
COUNTIES = tuple(unit.code for unit in _COUNTIES)

# 账号、姓名、[(单位、角色)]
PEOPLE: list[tuple[str, str, list[tuple[str, str]]]] = [
    ("chen", "小陈", [("shangwuju", "clerk")]),
    ("heyan", "何核验", [("shangwuju", "verifier")]),
    ("shangwuju_head", "沈局长", [("shangwuju", "head")]),
    ("fagai", "冯经办", [("fagai", "clerk")]),
    ("fagai_heyan", "付核验", [("fagai", "verifier")]),
    *((code, f"{code}经办", [(code, "clerk")]) for code in COUNTIES),
    *((f"{code}_head", f"{code}主官", [(code, "head")]) for code in COUNTIES),
    ("longshan_shangwu", "龙山商务经办", [("longshan_shangwu", "clerk")]),
    ("gongxin", "龚经办", [("gongxin", "clerk")]),
    ("keji", "柯经办", [("keji", "clerk")]),
    ("ziran", "任经办", [("ziran", "clerk")]),
    ("zhengshu", "郑经办", [("zhengshu", "clerk")]),
    ("zongzhaoji", "总召集人", [("shizhengfu", "chief_convenor")]),
    ("zhaoji", "分管副市长", [("shizhengfu", "lead_convenor")]),
    ("zhaoji2", "召集人", [("shizhengfu", "convenor")]),
    ("lianzhang", "链长", [("gongxin", "chain_lead")]),
    ("mishu", "服务秘书", [("gongxin", "chain_secretary")]),
    ("zhuanyuan", "审批专员", [("zhengshu", "specialist")]),
    ("guwen", "招商顾问", [("shanghui", "adviser")]),
    ("shanghui", "商会联络人", [("shanghui", "chamber")]),
    ("caizheng", "财政查阅", [("caizheng", "reader_finance")]),
    ("zuzhi", "组织查阅", [("zuzhi", "reader_org")]),
    ("shenji", "审计查阅", [("shenji", "reader_audit")]),
    ("sysadmin", "系统管理员", [("shizhengfu", "sysadmin")]),
    ("secadmin", "安全管理员", [("shizhengfu", "secadmin")]),
    ("auditadmin", "审计管理员", [("shizhengfu", "auditadmin")]),
    ("duo", "两职", [("longshan", "clerk"), ("dongfeng", "clerk")]),
    ("kong", "无职", []),
]


@replayed
def _enter() -> None:
    """单位、人员、任职、账号入库。"""
    console = Actor.console()
    load_units(UNITS, actor=console, now=NOW)
    load_people([PersonRow(code, name) for code, name, _ in PEOPLE], actor=console, now=NOW)
    load_posts(
        [PostRow(code, unit, role, SINCE) for code, _, posts in PEOPLE for unit, role in posts],
        actor=console,
        now=NOW,
    )
    load_accounts(
        [AccountRow(code, code) for code, _, _ in PEOPLE],
        actor=console,
        password_hash=make_password(PASSWORD),
        must_change=False,
        now=NOW,
    )


class Cast:
    """建好全套人物;按账号名取用。"""

    NOW, TODAY, PASSWORD, COUNTIES = NOW, TODAY, PASSWORD, COUNTIES

    def __init__(self) -> None:
        _enter()
        self._units = {unit.code: unit for unit in Unit.objects.select_related("parent")}
        self._accounts = {a.username: a for a in Account.objects.select_related("person")}

    def unit(self, code: str) -> Unit:
        return self._units[code]

    def account(self, username: str) -> Account:
        return self._accounts[username]

    def person(self, username: str) -> Person:
        return self._accounts[username].person

    def actor(self, username: str, *, via: str = "web", unit: str = "") -> Actor:
        """`unit`: 身兼数职者以哪个单位的任职行事。"""
        account = self._accounts[username]
        actor = actor_for(account, today=TODAY, via=via)
        if unit:
            post = next(p for p in actor.posts if p.unit_code == unit)
            actor = actor_for(account, today=TODAY, via=via, post_id=post.id)
        return actor

    def client(self, username: str, **options: object) -> Client:
        """以此人登录的测试客户端。"""
        client = Client(**options)
        client.force_login(
            self._accounts[username], backend="django.contrib.auth.backends.ModelBackend"
        )
        return client

    def add(self, username: str, unit: str, role: str, name: str = "") -> Actor:
        """再添一人一职一账号,返回其行动者。"""
        console = Actor.console()
        load_people([PersonRow(username, name or username)], actor=console, now=NOW)
        load_posts([PostRow(username, unit, role, SINCE)], actor=console, now=NOW)
        load_accounts(
            [AccountRow(username, username)],
            actor=console,
            password_hash=make_password(PASSWORD),
            must_change=False,
            now=NOW,
        )
        self._accounts[username] = Account.objects.select_related("person").get(username=username)
        return self.actor(username)
