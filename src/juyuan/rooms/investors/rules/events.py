"""本室台账事件的中文名;由 wiring 一并登记。"""

EVENTS = {
    "investors.investor.registered": "登记投资方",
    "investors.investor.edited": "修改投资方",
    "investors.investor.merged": "合并投资方",
    "investors.investor.unmerged": "撤销合并",
    "investors.alias.added": "添加别名",
    "investors.alias.removed": "去掉别名",
    "investors.case.opened": "投资方重合立件",
    "investors.case.settled": "核对投资方重合",
    "investors.contact.added": "添加联系人",
    "investors.contact.removed": "去掉联系人",
}
