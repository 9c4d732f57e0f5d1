"""本室台账事件的中文名;由 wiring 一并登记。"""

EVENTS = {
    "chains.post.appointed": "任命链长、服务秘书",
    "chains.enterprise.registered": "登记链上企业",
    "chains.enterprise.retired": "撤下链上企业",
    "chains.industry_code.put": "写入行业代码",
    "chains.pack.loaded": "载入产业链",
}
