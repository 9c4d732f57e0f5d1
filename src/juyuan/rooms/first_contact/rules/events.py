"""本室台账事件的中文名;由 wiring 一并登记。"""

EVENTS = {
    "first_contact.check.run": "首谈查重",
    "first_contact.check.refused": "查重超出次数",
}
