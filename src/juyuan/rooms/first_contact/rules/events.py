"""本室台账事件的中文名;由 wiring 一并登记。"""

EVENTS = {
    "first_contact.check.run": "首谈查重",
    "first_contact.check.refused": "查重超出次数",
    "first_contact.claim.register": "首谈登记",
    "first_contact.claim.protect": "首谈受保护",
    "first_contact.claim.contest": "首谈登记(撞单待裁定)",
    "first_contact.claim.uphold": "裁定牵头",
    "first_contact.claim.decline": "裁定不牵头",
    "first_contact.claim.extend": "延长首谈保护",
    "first_contact.claim.lapse": "确认失去独占",
    "first_contact.claim.take_up": "接手首谈",
    "first_contact.claim.hand_over": "移交首谈",
    "first_contact.claim.end": "终结首谈",
    "first_contact.conflict.opened": "撞单立件",
    "first_contact.conflict.joined": "撞单加一方",
}
