"""机制号:代码引用条款时用的编号(`@rule("3.3c")`、`{% clause '3.3c' %}`、`test_s3_3c_…`)。

机制号属于代码,条款编号属于城市。城市包里每一条写明自己承办哪几个机制号(`mechanism`),
省略时与自己的编号相同;于是另一座城市编号不同,代码与测试一字不改,界面显示的是它自己的条款。
"""

from __future__ import annotations

MECHANISMS: dict[str, str] = {
    "1b": "招商引资服务促进机制:总召集人、召集人、成员",
    "1c": "市级领导带头招商",
    "1d": "成员单位常态化招商和服务",
    "1e": "服务促进会议:集中评价和决策",
    "2.1b": "年度目标、重大活动、协调",
    "2.2b": "主要负责同志的外出、签约、落地",
    "2.3b": "各单位谋划项目、对接洽谈",
    "2.4b": "代表、委员",
    "2.5b": "各部门定期报送信息(线索)",
    "2.5c": "与商会的联络",
    "2.5d": "域外工作站",
    "2.6b": "招商顾问资源库",
    "3.1b": "重点信息库与每月综合分析",
    "3.1c": "招引成果共享、跨县区落地",
    "3.2b": "首谈负责",
    "3.2c": "首谈单位每月报备",
    "3.3b": "五个数据库与每月更新",
    "3.3c": "重大项目提级",
    "3.4b": "两级评审",
    "3.4c": "履约提醒函",
    "3.5b": "要素供给库与匹配",
    "3.5c": "召集人会议集中解决问题",
    "3.6b": "帮办代办",
    "3.6c": "绿色通道",
    "3.6d": "部门专员",
    "3.7b": "成效考核",
    "3.7c": "引荐奖励",
    "3.7d": "部门预算激励",
    "3.7e": "成效突出人员的事实材料",
    "4.0b": "产业指导目录与产业链图谱",
    "4.0c": "链长与服务秘书",
    "5.1b": "专项经费",
    "5.1c": "归口管理",
    "5.1d": "县区参照执行",
    "5.2b": "选派干部",
    "5.2c": "挂职",
    "5.2d": "选派人员与业务骨干",
    "5.3b": "开发区平台",
    "6a": "商会对接清单",
}
# 写各条产业链的句子(一条链可有几句)。哪一句写哪条链由城市包的 chains.toml 说。
_CHAIN_SENTENCES = {1: "bc", 2: "bcd", 3: "bc", 4: "bcde", 5: "bc", 6: "bcde", 7: "bc", 8: "bcd"}
MECHANISMS |= {
    f"4.{chain}{letter}": f"产业链的表述(第{chain}条链)"
    for chain, letters in _CHAIN_SENTENCES.items()
    for letter in letters
}

# 设计里的全部房间(spec 3.3);包还没有建的,条款状态自动为「待建」。
ROOMS: tuple[str, ...] = (
    "investors",
    "chains",
    "staffing",
    "pipeline",
    "first_contact",
    "sharing",
    "evaluation",
    "factors",
    "landing",
    "outreach",
    "council",
    "assessment",
    "fund",
    "incentives",
    "integrity",
)

# 房间已建而这几项机制还没有做的:条款仍是「待建」。
UNBUILT: frozenset[str] = frozenset({"1c", "2.1b", "2.4b", "2.5c", "2.5d", "2.6b", "6a"})

ROOM_LABELS: dict[str, str] = {
    "investors": "投资方",
    "chains": "产业链",
    "staffing": "选派人员",
    "pipeline": "项目库",
    "first_contact": "首谈",
    "sharing": "共享",
    "evaluation": "评价与履约",
    "factors": "要素",
    "landing": "落地服务",
    "outreach": "外联",
    "council": "促进会议",
    "assessment": "考核",
    "fund": "专项经费",
    "incentives": "激励",
    "integrity": "数据核验",
}

ROLES: dict[str, str] = {
    "chief_convenor": "总召集人",
    "convenor": "召集人",
    "lead_convenor": "分管副市长",
    "clerk": "经办",
    "head": "主要负责同志",
    "verifier": "核验人",
    "chain_lead": "链长",
    "chain_secretary": "服务秘书",
    "specialist": "审批专员",
    "adviser": "招商顾问",
    "chamber": "商会",
    "reader_finance": "财政查阅",
    "reader_org": "组织查阅",
    "reader_audit": "审计查阅",
    "sysadmin": "系统管理员",
    "secadmin": "安全管理员",
    "auditadmin": "审计管理员",
}
ADMIN_ROLES = frozenset({"sysadmin", "secadmin", "auditadmin"})
CHAIN_ROLES = frozenset({"chain_lead", "chain_secretary"})

UNIT_KINDS: tuple[str, ...] = (
    "government",
    "department",
    "party",
    "zone",
    "town",
    "office",
    "network",
    "enterprise",
)

# 代码只认职能,不认单位;单位叫什么名字由城市包决定。
FUNCTIONS: tuple[str, ...] = (
    "city_government",
    "commerce",
    "development",
    "industry",
    "science",
    "natural_resources",
    "ecology",
    "finance",
    "energy",
    "government_service",
    "organisation",
    "human_resources",
    "culture_tourism",
    "agriculture",
    "animal_husbandry",
    "sports",
    "forestry",
    "education",
    "justice",
    "market",
    "audit",
    "housing",
    "water",
    "emergency",
    "transport",
    "statistics",
    "county_government",
    "zone_committee",
    "county_commerce",
    "town",
    "adviser",
    "chamber",
    "administration",
)
# 这两个职能全市各有且只有一个单位:认定与裁定、对其自有项目的认定。
SINGLE_FUNCTIONS = ("commerce", "development")
