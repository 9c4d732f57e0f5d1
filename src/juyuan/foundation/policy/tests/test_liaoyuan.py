"""辽源包的内容:文件说了什么就是什么,没说的都标建议值。"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from juyuan.foundation.policy.pack import Pack, load
from juyuan.foundation.policy.pack_types import ChainEntry

PACKS = Path(__file__).resolve().parents[5] / "packs"


@pytest.fixture(scope="module")
def city() -> Pack:
    return load(PACKS / "liaoyuan")


def chain(city: Pack, code: str) -> ChainEntry:
    return city.chains_by_code[code]


def said(city: Pack, code: str, clause: str) -> dict[str, list[str]]:
    """一条链在某一句里的原话,按类。"""
    found: dict[str, list[str]] = {}
    for one in chain(city, code).said:
        if one.clause == clause:
            found.setdefault(one.kind, []).append(one.q)
    return found


def test_every_sentence_is_there_once_and_verbatim(city: Pack) -> None:
    assert len(city.clauses) == 88
    assert len({c.code for c in city.clauses}) == 88
    assert all(c.text in city.document.text for c in city.clauses)
    assert sum(c.heading for c in city.clauses) == 27
    assert city.document.number == "辽府发〔2025〕2号"
    assert city.document.signed_on == date(2025, 7, 7)


def test_every_sentence_has_a_home_or_a_reason(city: Pack) -> None:
    for clause in city.clauses:
        assert bool(clause.room) != bool(clause.not_software), clause.code
    without = {c.code for c in city.clauses if c.not_software and not c.heading}
    assert without == {"0a"}


def test_duty_holders_are_cut_from_the_bracket_in_order(city: Pack) -> None:
    clause = city.clauses_by_code["3.3c"]
    assert clause.duty == ("市商务局", "市发展改革委", "各县区政府", "辽源高新区管委会")
    names = [[u.short_name for u in city.units_named(name)] for name in clause.duty]
    assert names == [
        ["市商务局"],
        ["市发改委"],
        ["东丰县", "东辽县", "龙山区", "西安区"],
        ["辽源高新区"],
    ]
    assert city.clauses_by_code["4.1a"].duty[1] == "北方袜业集团"
    assert [u.code for u in city.units_named("工业和信息化局")] == ["gongxin"]
    assert city.clauses_by_code["2.2b"].duty == ()  # 第一、二部分没有责任单位括号


# 编号, 键, 值, 含不含本数, 条款
NUMBERS = [
    ("P01", "assessment.trips_per_year", 5, ">=", "2.2b"),
    ("P02", "assessment.signed_count", 5, ">=", "2.2b"),
    ("P03", "assessment.signed_threshold", 50_000_000, ">=", "2.2b"),
    ("P04", "assessment.landed_count", 2, ">=", "2.2b"),
    ("P05", "sharing.analysis_frequency", "每月", "", "3.1b"),
    ("P06", "first_contact.report_day", 20, "", "3.2c"),
    ("P07", "pipeline.libraries", ["谋划", "洽谈", "意向", "签约", "落地"], "", "3.3b"),
    ("P08", "pipeline.update_frequency", "每月", "", "3.3b"),
    ("P09", "escalation.threshold", 500_000_000, ">=", "3.3c"),
    ("P10", "evaluation.levels", ["市", "县区"], "", "3.4b"),
    ("P11", "incentives.uplift_threshold", 100_000_000, ">", "3.7d"),
    ("P12", "incentives.uplift_bp", 2000, "", "3.7d"),
    ("P13", "chains.system", "5+2+N", "", "4.0b"),
    ("P14", "chains.count", 8, "", "4.8a"),
    ("P15", "chains.leaders_per_chain", 1, "", "4.0c"),
    ("P16", "chains.secretaries_per_chain", 1, "", "4.0c"),
    ("P17", "chains.ecosystem_radius_km", 100, "", "4.3b"),
    ("P18", "chains.wind_capacity", 30, "", "4.6d"),
    ("P19", "chains.tourism_zones", 3, "", "4.7b"),
    ("P20", "fund.amount", 10_000_000, "", "5.1b"),
    ("P21", "staffing.reserve_cadres", 5, "", "5.2c"),
    ("P22", "staffing.per_unit", 1, "", "5.2d"),
    ("P23", "staffing.per_county", 5, "", "5.2d"),
    ("P24", "factors.development_zones", 4, "", "5.3b"),
]


@pytest.mark.parametrize(("number", "key", "value", "op", "clause"), NUMBERS, ids=str)
def test_number_of_the_document(
    city: Pack, number: str, key: str, value: object, op: str, clause: str
) -> None:
    found = next(p for p in city.parameters if p.key == key)
    assert (found.value, found.op, found.clause, found.origin) == (value, op, clause, "文件明定")
    assert found.text_q in city.clauses_by_code[clause].text
    assert number in found.note


def test_nothing_else_passes_for_the_document(city: Pack) -> None:
    keys = {p.key for p in city.parameters if p.origin == "文件明定"}
    assert keys == {key for _, key, _, _, _ in NUMBERS}
    assert all(p.note for p in city.parameters if p.origin == "建议值")


def test_units_of_the_document(city: Pack) -> None:
    named = {u.name for u in city.units if u.origin == "文件明定"}
    departments = {
        "市商务局", "市发展改革委", "市工业和信息化局", "市科技局", "市自然资源局", "市生态环境局",
        "市财政局", "市能源局", "市政务服务和数字化局", "市委组织部", "市人力资源社会保障局",
        "市文广旅局", "市农业农村局", "市畜牧局", "市体育局", "市林草局", "市教育局",
    }  # fmt: skip
    assert departments <= named
    hosts = [(u.code, u.adcode, u.origin) for u in city.units if u.is_county]
    assert hosts == [
        ("dongfeng", "220421", "文件明定"),
        ("dongliao", "220422", "文件明定"),
        ("longshan", "220402", "文件明定"),
        ("xian", "220403", "建议值"),  # 原文未单列,含于「各县区政府」
        ("gaoxin", "", "文件明定"),
    ]
    assert sum(u.kind == "town" for u in city.units) == 47
    assert all(city.units_by_code[u.parent].is_county for u in city.units if u.kind == "town")


def test_demo_accounts_one_per_role(city: Pack) -> None:
    accounts = {p.account: p for p in city.people}
    promised = [
        "shangwuju", "shangwuju_head", "zongzhaoji", "zhaoji", "longshan", "xian", "dongfeng",
        "dongliao", "gaoxin", "longshan_head", "xian_head", "dongfeng_head", "dongliao_head",
        "gaoxin_head", "gongxin", "keji", "nengyuan", "zhengshu", "zhuanyuan", "guwen", "shanghui",
        "caizheng", "zuzhi", "shenji", "sysadmin", "secadmin", "auditadmin",
        *(f"lianzhang{n}" for n in range(1, 9)), *(f"mishu{n}" for n in range(1, 9)),
    ]  # fmt: skip
    assert set(promised) <= set(accounts)
    assert all(p.demo for p in city.people)
    roles = {post.role for p in city.people for post in p.posts}
    from juyuan.foundation.policy.mechanisms import ROLES

    assert roles == set(ROLES)
    assert accounts["shangwuju_heyan"].posts[0].role == "verifier"
    assert accounts["fagai_heyan"].posts[0].unit == "fagai"


def test_outsiders_and_administrators_hold_no_post_in_a_government_unit(city: Pack) -> None:
    outside = {"adviser", "chamber", "sysadmin", "secadmin", "auditadmin"}
    for person in city.people:
        for post in person.posts:
            if post.role in outside:
                assert city.units_by_code[post.unit].parent == ""


# ───────── 产业链:逐句 ─────────


def test_s4_0c_one_leader_and_one_secretary_per_chain(city: Pack) -> None:
    for role in ("chain_lead", "chain_secretary"):
        seats = [post.chain for p in city.people for post in p.posts if post.role == role]
        assert sorted(seats) == [f"C{n}" for n in range(1, 9)]


def test_lead_unit_is_the_first_of_the_bracket_and_only_suggested(city: Pack) -> None:
    leads = {c.code: c.lead_unit for c in city.chains}
    assert leads == {
        "C1": "gongxin", "C2": "nongye", "C3": "gongxin", "C4": "keji",
        "C5": "gongxin", "C6": "nengyuan", "C7": "wenguanglv", "C8": "fagai",
    }  # fmt: skip
    assert {c.lead_origin for c in city.chains} == {"建议值"}
    assert all(c.responsible[0] == c.lead_unit for c in city.chains)


def test_only_two_chains_have_positions_from_the_document(city: Pack) -> None:
    stated = {
        chain.code: {n.position for n in chain.nodes if n.position_origin == "文件明定"}
        for chain in city.chains
    }
    assert stated.pop("C1") == {"upstream", "downstream", "lateral"}
    assert stated.pop("C6") == {"upstream", "downstream"}
    assert set(map(frozenset, stated.values())) == {frozenset()}


def test_every_chain_can_be_drawn(city: Pack) -> None:
    for one in city.chains:
        positions = {node.position for node in one.nodes}
        assert positions == {"upstream", "midstream", "downstream", "lateral"}
        assert all(node.products and node.industry for node in one.nodes)


def test_s4_1b_袜业纺织_龙头与上下横向(city: Pack) -> None:
    assert said(city, "C1", "4.1b") == {
        "anchor": ["北方袜业集团", "德弘冰雪科技", "优鹿纺织"],
        "upstream": ["高端纱线研发制造类项目"],
        "downstream": ["品牌运营与电商销售配套项目"],
        "lateral": ["滑雪服、滑雪板等冰雪装备领域类项目"],
    }


def test_s4_1c_袜业纺织_品牌与展会(city: Pack) -> None:
    assert said(city, "C1", "4.1c") == {
        "brand": ["亲相见"],
        "expo": ["东博会", "袜交会", "辽源城市节"],
    }


def test_s4_2b_农产品加工_方向(city: Pack) -> None:
    assert said(city, "C2", "4.2b") == {
        "direction": ["农产品精深加工"],
        "slogan": ["粮头食尾", "畜头肉尾", "农头工尾"],
    }


def test_s4_2c_农产品加工_展会(city: Pack) -> None:
    assert said(city, "C2", "4.2c") == {"expo": ["中国国际农产品交易会", "全国优质农产品博览会"]}


def test_s4_2d_农产品加工_园区龙头资源产品(city: Pack) -> None:
    assert said(city, "C2", "4.2d") == {
        "park": ["东丰县松籽产业园", "东辽三产融合产业园"],
        "anchor": ["厚德食品", "三只松鼠"],
        "resource": ["蛋品", "梅花鹿", "毛驴", "粮食", "黑猪"],
        "product": ["休闲食品", "预制菜", "调味品"],
    }


def test_s4_3b_装备制造_方向与区域(city: Pack) -> None:
    found = said(city, "C3", "4.3b")
    assert found["direction"] == ["新能源汽车零部件", "高精铝加工", "轨道客车", "传统装备"]
    assert found["ecosystem"] == ["一汽集团百公里配套生态圈"]
    assert chain(city, "C3").anchors == ()  # 文件没有点名龙头


def test_s4_3c_装备制造_产品与基地(city: Pack) -> None:
    assert said(city, "C3", "4.3c") == {
        "product": ["高精铝材", "航空铝板", "汽车轻量化铝材", "高端铝箔"],
        "base": ["新能源汽车配套产业基地", "轨道客车产业配套基地"],
    }


def test_s4_4b_医药健康_园区与平台(city: Pack) -> None:
    assert said(city, "C4", "4.4b") == {
        "park": ["梅花鹿创投园", "医疗器械产业园"],
        "platform": ["医药保健品电子商务综合服务平台"],
    }


def test_s4_4c_医药健康_产品(city: Pack) -> None:
    assert said(city, "C4", "4.4c")["product"] == [
        "化学药", "化学原料药", "中药", "生物医药", "中间体", "医疗器械",
    ]  # fmt: skip


def test_s4_4d_医药健康_高校(city: Pack) -> None:
    assert said(city, "C4", "4.4d") == {"university": ["吉林大学", "吉林农业大学"]}


def test_s4_4e_医药健康_点名项目(city: Pack) -> None:
    assert said(city, "C4", "4.4e") == {"project": ["皇家围场1619", "关药村中药材产学研基地"]}


def test_s4_5b_冶金建材_龙头与特种钢(city: Pack) -> None:
    assert said(city, "C5", "4.5b") == {
        "anchor": ["鑫达钢铁", "北方水泥"],
        "direction": ["工厂设备数字化", "生产工艺与控制智能化"],
        "product": ["汽车用钢", "家电用钢", "高端电工钢"],
    }


def test_s4_5c_冶金建材_绿色建材(city: Pack) -> None:
    assert said(city, "C5", "4.5c") == {
        "product": ["装配式建筑构件", "固废再生骨料", "低碳节能型水泥基材料"]
    }


def test_s4_6b_新能源_向上向下(city: Pack) -> None:
    assert said(city, "C6", "4.6b") == {
        "upstream": ["做大做强新能源装备产业链"],
        "downstream": ["促进高水平储能和消纳"],
    }


def test_s4_6c_新能源_氢能(city: Pack) -> None:
    found = said(city, "C6", "4.6c")
    assert found["anchor"] == ["天楹集团"]
    assert found["project"] == ["天楹集团风光储氢氨醇一体化项目"]
    assert found["direction"] == ["氢能“制储输用研”全链条", "绿色甲醇", "氢能装备制造"]


def test_s4_6d_新能源_园区与风电(city: Pack) -> None:
    found = said(city, "C6", "4.6d")
    assert (found["park"], found["project"]) == (["辽矿增量配电网园区"], ["30万千瓦风力发电项目"])


def test_s4_6e_新能源_储能企业(city: Pack) -> None:
    assert said(city, "C6", "4.6e") == {"target": ["优质新型储能企业"]}


def test_s4_7b_新文旅_三个片区(city: Pack) -> None:
    found = said(city, "C7", "4.7b")
    assert found["zone"] == [
        "北部煤炭历史文化传承区", "东辽河源头生态产业示范区", "环东山新型文体商旅集聚区",
    ]  # fmt: skip
    zones = next(p for p in city.parameters if p.key == "chains.tourism_zones")
    assert zones.value == len(found["zone"])


def test_s4_7c_新文旅_方向(city: Pack) -> None:
    assert said(city, "C7", "4.7c") == {
        "direction": ["乡村旅游", "体育赛事", "工业旅游", "农文旅", "体文旅", "雪文旅"]
    }


def test_s4_8b_未来经济_领域与产品(city: Pack) -> None:
    found = said(city, "C8", "4.8b")
    assert found["field"] == ["人工智能", "大数据", "算力经济"]
    assert found["product"] == ["光电元器件", "传感器"]


def test_s4_8c_未来经济_智慧产业(city: Pack) -> None:
    assert said(city, "C8", "4.8c") == {"field": ["智慧产业项目"]}


def test_s4_8d_未来经济_低空(city: Pack) -> None:
    found = said(city, "C8", "4.8d")
    assert found["product"] == ["低空飞行器制造", "低空飞行器维修", "低空飞行培训"]
    assert found["resource"] == ["职教园区教育资源"]


def test_catalogue_is_a_suggestion_with_every_class(city: Pack) -> None:
    assert {row.origin for row in city.catalogue} == {"建议值"}
    for one in city.chains:
        classes = {row.klass for row in city.catalogue if row.chain == one.code}
        assert classes == {"鼓励", "允许", "限制", "禁止"}
    assert all(row.standard for row in city.catalogue)
