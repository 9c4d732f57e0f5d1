"""本室台账事件的中文名;由 wiring 一并登记。"""

EVENTS = {
    "outreach.lead.register": "记下线索",
    "outreach.lead.save": "修改线索草稿",
    "outreach.lead.attach": "线索附件",
    "outreach.lead.submit": "登记线索",
    "outreach.lead.withdraw": "撤回线索",
    "outreach.lead.answer": "答复线索",
    "outreach.lead.assign": "分办线索",
    "outreach.lead.judge": "研判线索",
    "outreach.lead.feed_back": "反馈线索",
    "outreach.lead.refuse": "线索不采纳",
    "outreach.lead.convert": "线索转项目",
    "outreach.lead.carried": "线索随项目并入",
    "outreach.lead.returned": "线索随撤销合并放回",
    "outreach.lead.contest": "线索转项目(撞单待裁定)",
}
