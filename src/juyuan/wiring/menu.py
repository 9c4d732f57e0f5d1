"""左栏:有哪些、次序、谁看得见。"""

from __future__ import annotations

# 填月度更新的职务
FILLING = ("clerk", "head", "verifier", "specialist", "chief_convenor", "convenor", "lead_convenor")


def connect() -> None:
    """登记左栏的各项;`phone` 是手机底栏的次序。"""
    from juyuan.foundation.exchange.kinds import registry
    from juyuan.foundation.people.models import ADMIN_ROLES
    from juyuan.foundation.ui.menu import MenuItem, register
    from juyuan.kernel.actor import Actor
    from juyuan.rooms.evaluation.queries.tracking_access import can_list as can_track
    from juyuan.rooms.first_contact.access import can_list
    from juyuan.rooms.pipeline.actions.relations import may_settle

    def business(actor: Actor) -> bool:
        return not actor.has_any(*ADMIN_ROLES)

    def imports(actor: Actor) -> bool:
        return bool(registry.import_kinds(actor))

    def registers(actor: Actor) -> bool:
        return actor.has_any("sysadmin", "secadmin")

    def audits(actor: Actor) -> bool:
        return actor.has_any("secadmin", "auditadmin")

    def settles(actor: Actor) -> bool:
        return bool(may_settle(actor))

    def talks(actor: Actor) -> bool:
        return bool(can_list(actor))

    def tracks(actor: Actor) -> bool:
        return bool(can_track(actor))

    def leads(actor: Actor) -> bool:
        return actor.has("head")

    def reports(actor: Actor) -> bool:
        return actor.has_any(*FILLING)

    for item in (
        MenuItem("home", "工作台", "home", "home", order=10, phone=1),
        MenuItem("duties", "我的待办", "duties:list", "checklist", order=15, visible=business),
        MenuItem(
            "projects", "项目库", "pipeline:list", "database", order=20, visible=business, phone=2
        ),
        MenuItem(
            "first_contact", "首谈", "first_contact:list", "user-check", order=21, visible=talks
        ),
        MenuItem("leads", "线索", "outreach:list", "inbox", order=19, visible=business),
        MenuItem(
            "monthly", "月度更新", "pipeline:monthly", "calendar-check", order=22, visible=reports
        ),
        MenuItem(
            "escalations", "提级项目", "pipeline:escalations", "flag-3", order=24, visible=business
        ),
        MenuItem(
            "relations", "项目关系", "pipeline:relations", "arrows-join", order=26, visible=settles
        ),
        MenuItem(
            "tracking", "履约", "evaluation:tracking", "contract", "决策与服务", 30, visible=tracks
        ),
        MenuItem("paid_in", "到位资金", "pipeline:paid_in", "cash", order=25, visible=business),
        MenuItem("papers", "公文", "papers:list", "file-text", "决策与服务", 50, visible=business),
        MenuItem(
            "investors", "投资方", "investors:list", "building", order=30, visible=business, phone=3
        ),
        MenuItem(
            "chains", "产业链", "chains:list", "affiliate", order=40, visible=business, phone=4
        ),
        MenuItem("imports", "导入台账", "exchange:batches", "upload", order=50, visible=imports),
        MenuItem("policy", "条款与参数", "policy", "book", "依据", 10),
        MenuItem("figures", "统计口径", "figures", "sum", "依据", 20, visible=business),
        MenuItem("staff", "本单位人员", "people:staff", "users", "管理", 10, visible=leads),
        MenuItem("admin", "系统管理", "people:accounts", "settings", "管理", 20, visible=registers),
        MenuItem("audit", "审计", "ledger:audit", "history", "管理", 30, visible=audits),
    ):
        register(item)
