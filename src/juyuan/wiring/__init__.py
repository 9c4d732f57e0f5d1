"""各房间相会的一页:事实提供者、菜单、检索、统计、导入导出种类、文件的门、接口路由。

只有登记,没有判断;`connect()` 可以重复调用(测试、重载)而结果不变。
"""

from __future__ import annotations

from typing import Any

from juyuan.wiring import council, evaluation, menu, personal


def connect() -> None:
    """由 `JuyuanConfig.ready()` 调用一次。"""
    _identity()
    _vocabulary()
    menu.connect()
    _ledger()
    _jobs()
    _duties()
    _parameters()
    _notices()
    _bell()
    _months()
    _escalations()
    _search()
    _figures()
    _files()
    _exchange()
    _chains()
    _investors()
    personal.connect()
    _first_contact()
    _outreach()
    _papers()
    evaluation.connect()
    council.connect()
    _invariants()


def _invariants() -> None:
    from juyuan.foundation.invariants import register
    from juyuan.foundation.ledger.invariants import INVARIANTS as LEDGER
    from juyuan.foundation.people.invariants import INVARIANTS as PEOPLE
    from juyuan.rooms.investors.queries.invariants import INVARIANTS as INVESTORS
    from juyuan.rooms.pipeline.queries.invariants import INVARIANTS as PIPELINE

    for group in (PIPELINE, INVESTORS, PEOPLE, LEDGER):
        register(group)


def _identity() -> None:
    from juyuan.foundation.policy.queries import identity
    from juyuan.foundation.ui.context import register_identity

    register_identity(identity)


def _vocabulary() -> None:
    from juyuan.foundation.ui.vocab import register_vocab
    from juyuan.rooms.pipeline.queries.words import VOCABULARY

    for name, words in VOCABULARY.items():
        register_vocab(name, words)


EVENTS = {
    "policy.parameter.proposed": "提议修改参数",
    "policy.parameter.confirmed": "确认参数",
    "policy.parameter.rejected": "不同意改参数",
    "policy.parameter.loaded": "装载参数",
    "exchange.batch.opened": "打开导入文件",
    "exchange.batch.committed": "提交导入",
    "exchange.batch.reversed": "撤回导入批次",
    "exchange.batch.abandoned": "放弃导入",
    "exchange.file.refused": "退回导入文件",
    "exchange.case.resolved": "核对重合事项",
    "exchange.exported": "导出",
    "exchange.batch.judged": "判读导入文件",
    "exchange.batch.remapped": "改导入的对应列",
    "exchange.rows.settled": "选定存疑行",
    "exchange.batch.downloaded": "下载导入的原文件、退回表",
    "exchange.opening.closed": "关闭期初",
    "workdays.notice.entered": "录入节假日通知",
    "duties.duty.rederived": "待办到期日重算",
    "duties.duty.handed_over": "待办移交",
    "people.absence.set": "登记离岗",
    "people.absence.cancelled": "撤销离岗",
    "notices.setting.saved": "通知设置",
    "notices.feed.made": "生成日历地址",
    "notices.feed.revoked": "撤销日历地址",
    "figures.month.published": "出月报",
}


def _ledger() -> None:
    from juyuan.foundation.ledger.labels import register
    from juyuan.foundation.papers.events import EVENTS as PAPERS
    from juyuan.foundation.personal.registry import EVENTS as PERSONAL
    from juyuan.rooms.chains.rules.events import EVENTS as CHAINS
    from juyuan.rooms.evaluation.rules.events import EVENTS as EVALUATION
    from juyuan.rooms.first_contact.rules.events import EVENTS as FIRST_CONTACT
    from juyuan.rooms.investors.rules.events import EVENTS as INVESTORS
    from juyuan.rooms.outreach.rules.events import EVENTS as OUTREACH
    from juyuan.rooms.pipeline.rules.events import EVENTS as PIPELINE

    register(
        EVENTS
        | PERSONAL
        | CHAINS
        | INVESTORS
        | PIPELINE
        | FIRST_CONTACT
        | OUTREACH
        | EVALUATION
        | PAPERS,
        {
            "project": "项目",
            "investor": "投资方",
            "parameter": "参数",
            "voucher_case": "项目重合",
            "import": "导入批次",
            "duty": "待办",
            "view": "视图",
            "parameter_proposal": "参数提议",
            "first_contact_check": "查重",
            "first_contact_claim": "首谈登记",
            "first_contact_conflict": "撞单",
            "outreach_lead": "线索",
            "paper": "公文",
            "month": "月份",
        },
    )


def _jobs() -> None:
    from juyuan.foundation.exchange.tasks import TASKS
    from juyuan.foundation.files.jobs import sweep
    from juyuan.foundation.keeping.jobs import nightly
    from juyuan.foundation.keeping.queries import JOB as BACKUP
    from juyuan.foundation.ledger.jobs import keep
    from juyuan.foundation.work.registry import Job, register, register_task
    from juyuan.rooms.investors.jobs import fill_keys as fill_investors
    from juyuan.rooms.pipeline.jobs import fill_keys as fill_projects

    register(Job("files.sweep", "清扫无主文件", sweep, catch_up=False))
    register(Job("ledger.keep", "封存并核验台账", keep, catch_up=False))
    register(Job(BACKUP, "夜间备份", nightly, catch_up=False))
    # 只补缺的,漏掉的日子不必逐日补
    register(Job("investors.fill_keys", "补齐投资方查重键", fill_investors, catch_up=False))
    register(Job("pipeline.fill_keys", "补齐项目查重键", fill_projects, catch_up=False))
    for task in TASKS:
        register_task(task)


def _duties() -> None:
    from juyuan.foundation.duties import queries as duties
    from juyuan.foundation.duties.actions import hand_over, rederive_open
    from juyuan.foundation.duties.jobs import reconcile
    from juyuan.foundation.duties.registry import register, register_object
    from juyuan.foundation.people import handover
    from juyuan.foundation.work.registry import Job
    from juyuan.foundation.work.registry import register as register_job
    from juyuan.foundation.workdays import registry as workdays
    from juyuan.rooms.pipeline.queries import duties as projects
    from juyuan.rooms.pipeline.queries import voucher_duties

    handover.register("duties", hand_over, "待办")
    workdays.on_change("duties", rederive_open)
    # 只看此刻应当开着什么,漏掉的日子不必逐日补
    register_job(Job("duties.reconcile", "核对待办", reconcile, catch_up=False))
    register_object(
        "project",
        visible_ids=projects.visible_ids,
        present=projects.present,
        within=projects.within,
    )
    register_object("duty", visible_ids=duties.visible_duty_ids, present=duties.present_duties)
    for kind in (*projects.kinds(), voucher_duties.kind()):
        register(kind)


def _parameters() -> None:
    from juyuan.foundation.duties import effects as dues
    from juyuan.foundation.figures import effects as figures
    from juyuan.foundation.policy import duty, effects
    from juyuan.rooms.council.queries.duty import KEYS as COUNCIL
    from juyuan.rooms.evaluation.queries import effects as reviews
    from juyuan.rooms.pipeline.actions import effects as projects

    duty.connect()
    dues.connect((*projects.DUTY_KEYS, *reviews.DUTY_KEYS, *COUNCIL))
    effects.register(*projects.EFFECTS, figures.effect(projects.FIGURE_KEYS), hints=projects.HINTS)
    effects.register(*reviews.EFFECTS)


def _bell() -> None:
    from juyuan.foundation.notices.queries import unread_count
    from juyuan.foundation.ui.context import register_bell

    register_bell(unread_count, "notices:inbox")


def _notices() -> None:
    from juyuan.foundation.duties.registry import register_object
    from juyuan.foundation.notices import jobs, ladder
    from juyuan.foundation.notices.registry import MAIL, ROBOT, SMS, NoticeKind, register
    from juyuan.foundation.work.registry import Job
    from juyuan.foundation.work.registry import register as register_job

    due, late_unit, late_convenor = ladder.STEPS
    for kind in (
        NoticeKind(due, "待办到期", channels=(MAIL, ROBOT, SMS)),
        NoticeKind(late_unit, "本单位待办逾期", channels=(MAIL, ROBOT)),
        NoticeKind(late_convenor, "待办逾期未办", channels=(MAIL,)),
        NoticeKind(jobs.MISSING_YEAR, "缺放假通知", channels=(MAIL,)),
    ):
        register(kind)
    # 放假安排人人可看,没有看不见的
    register_object(
        jobs.HOLIDAYS,
        visible_ids=lambda actor, ids: set(ids),
        present=lambda actor, ids: {year: (f"{year}年放假安排", "/workdays/") for year in ids},
    )
    # 阶梯只升不降,唯一约束兜底:走到今天即可,漏掉的日子不必逐日补;在核对待办之后
    register_job(Job("notices.climb", "逾期通知", jobs.climb, catch_up=False))
    register_job(Job("notices.holidays", "查缺放假通知", jobs.ask_for_holidays, catch_up=False))


def _months() -> None:
    from juyuan.foundation.duties.registry import register, register_object
    from juyuan.foundation.notices.registry import NoticeKind
    from juyuan.foundation.notices.registry import register as register_notice
    from juyuan.foundation.work.registry import Job
    from juyuan.foundation.work.registry import register as register_job
    from juyuan.rooms.pipeline import jobs
    from juyuan.rooms.pipeline.queries import monthduty

    register_object(
        monthduty.OBJECT,
        visible_ids=monthduty.visible_ids,
        present=monthduty.present,
        within=monthduty.within,
    )
    register(monthduty.KIND)
    for name, label in monthduty.NOTICES.items():
        register_notice(NoticeKind(name, label, clause="3.2c"))
    # 一次锁上所有该锁的期,漏掉的日子不必逐日补;提醒要逐日补(同一件只说一次)
    register_job(
        Job("pipeline.close_month", "月度锁账", jobs.close_months, catch_up=False, clause="3.3b")
    )
    register_job(Job("pipeline.monthly_remind", "提醒月度更新", jobs.remind, clause="3.2c"))


def _escalations() -> None:
    from juyuan.foundation.duties.registry import register as register_duty
    from juyuan.foundation.duties.registry import register_object
    from juyuan.foundation.notices.registry import MAIL, ROBOT, NoticeKind, register
    from juyuan.foundation.work.registry import Job
    from juyuan.foundation.work.registry import register as register_job
    from juyuan.rooms.pipeline import jobs
    from juyuan.rooms.pipeline.queries import escalation_duties, escalations, supplements

    register_object(
        escalations.OBJECT, visible_ids=escalations.visible_ids, present=escalations.present
    )
    for duty in (*escalation_duties.kinds(), supplements.kind()):
        register_duty(duty)
    for verb, label in (
        ("opened", "提级报备"),
        ("confirmed", "提级确认"),
        ("lapsed", "提级撤回"),
        ("closed", "提级办结"),
        ("convener", "请您任提级召集人"),
    ):
        register(NoticeKind(f"pipeline.escalation_{verb}", label, "3.3c", (MAIL, ROBOT)))
    # 只看此刻的项目,漏掉的日子不必逐日补
    register_job(
        Job("pipeline.propose_relations", "提出项目关系", jobs.find_relations, catch_up=False)
    )


def _search() -> None:
    from juyuan.foundation.search.registry import register
    from juyuan.rooms.chains import search as chains
    from juyuan.rooms.investors import search as investors
    from juyuan.rooms.pipeline import search as projects

    for order, room in enumerate((projects, investors, chains), start=1):
        register(
            room.OBJECT_TYPE,
            visible_ids=room.visible_ids,
            present=room.present,
            label=room.LABEL,
            order=order * 10,
        )


def _figures() -> None:
    from juyuan.foundation.duties import figures as lateness
    from juyuan.foundation.figures.registry import day_by
    from juyuan.foundation.workdays import clock
    from juyuan.rooms.evaluation.queries import reviewfigures as reviews
    from juyuan.rooms.evaluation.queries import trackingfigures as tracking
    from juyuan.rooms.first_contact.queries import figures as talks
    from juyuan.rooms.outreach.queries import figures as leads
    from juyuan.rooms.pipeline.queries import (
        ageing,
        behind,
        escalation_figures,
        figures,
        lightfigures,
        monthfigures,
        paid_figures,
    )

    figures.register()
    # 次序即页面上的次序:五库、到位资金、提级、月度更新、停留、停滞、首谈、线索、评审、履约、时限
    for group in (
        behind, paid_figures, escalation_figures, monthfigures, ageing, lightfigures, talks, leads,
        reviews, tracking, lateness,
    ):  # fmt: skip
        group.register(day_by(clock.today))


def _files() -> None:
    from juyuan.foundation.files.registry import ObjectDoor, register
    from juyuan.rooms.pipeline.queries import scope

    register("project", ObjectDoor("项目", scope.can_see_id, scope.present_id))


def _exchange() -> None:
    from juyuan.foundation.duties import exchange as duties
    from juyuan.foundation.exchange.kinds import register
    from juyuan.foundation.figures import exchange as figures
    from juyuan.foundation.ledger import exchange as ledger
    from juyuan.foundation.people import exchange as people
    from juyuan.rooms.chains import exchange as chains
    from juyuan.rooms.first_contact import exchange as claims
    from juyuan.rooms.investors import exchange as investors
    from juyuan.rooms.outreach import exchange as leads
    from juyuan.rooms.pipeline import exchange as projects

    for kinds in (people, ledger, duties, figures, projects, chains, investors, claims, leads):
        register(*kinds.KINDS)


def _chains() -> None:
    from juyuan.rooms.chains import queries as chains
    from juyuan.rooms.pipeline.queries import chains as provided

    chains.register_project_counts(provided.chain_tallies)
    chains.register_project_lines(provided.chain_lines)
    chains.register_project_page(provided.chain_project_page)
    chains.register_rows_url(provided.chain_rows_url)


def _investors() -> None:
    from juyuan.rooms.investors.movers import register_mover
    from juyuan.rooms.investors.queries import (
        register_hiding,
        register_projects,
        register_visibility,
    )
    from juyuan.rooms.pipeline.actions import parties
    from juyuan.rooms.pipeline.queries.investors import investor_projects
    from juyuan.rooms.pipeline.queries.scope import investors_hidden, investors_seen

    register_visibility("pipeline", investors_seen)
    register_hiding("pipeline", investors_hidden)
    register_projects("pipeline", investor_projects)
    register_mover(parties.MOVER)


def _papers() -> None:
    from juyuan.foundation.duties import registry as duties
    from juyuan.foundation.figures.monthly import PAPER_KIND
    from juyuan.foundation.files import registry as files
    from juyuan.foundation.invariants import register as register_invariants
    from juyuan.foundation.notices import registry as notices
    from juyuan.foundation.papers import duty, queries
    from juyuan.foundation.papers import registry as papers
    from juyuan.foundation.papers.invariants import INVARIANTS

    files.register(queries.OBJ, files.ObjectDoor("公文", queries.can_see_id, queries.present_id))
    duties.register_object(queries.OBJ, visible_ids=queries.visible_ids, present=queries.present)
    for kind in duty.kinds():
        duties.register(kind)
    for notice in duty.notice_kinds():
        notices.register(notice)
    register_invariants(INVARIANTS)
    papers.register(PAPER_KIND)


def _first_contact() -> None:
    from juyuan.foundation.duties import registry as duties
    from juyuan.foundation.files import registry as files
    from juyuan.foundation.notices import registry as notices
    from juyuan.foundation.work import registry as work
    from juyuan.rooms.first_contact import jobs
    from juyuan.rooms.first_contact.actions import merging
    from juyuan.rooms.first_contact.queries import doors, duty, loose, pages, projects
    from juyuan.rooms.first_contact.queries.matters import register_matters
    from juyuan.rooms.investors.queries import register_link as register_investor_link
    from juyuan.rooms.pipeline.movers import register_mover
    from juyuan.rooms.pipeline.queries.leading import register_link

    register_link("first_contact", pages.link_of)
    register_investor_link("first_contact", pages.investor_link)
    register_mover(merging.MOVER)

    for provider in (projects.PROVIDER, loose.PROVIDER):
        register_matters(provider)
    for name, room in doors.OBJECTS.items():
        duties.register_object(name, visible_ids=room.visible_ids, present=room.present)
    for name, door in doors.FILES.items():
        files.register(name, door)
    for kind in duty.kinds():
        duties.register(kind)
    for notice in duty.notice_kinds():
        notices.register(notice)
    for job in jobs.JOBS:
        work.register(job)


def _outreach() -> None:
    from juyuan.foundation.duties import registry as duties
    from juyuan.foundation.files import registry as files
    from juyuan.foundation.notices import registry as notices
    from juyuan.foundation.work import registry as work
    from juyuan.rooms.first_contact.queries.matters import register_matters
    from juyuan.rooms.outreach import jobs
    from juyuan.rooms.outreach.actions import merging
    from juyuan.rooms.outreach.queries import duty, leads, matters
    from juyuan.rooms.pipeline.movers import register_mover

    register_mover(merging.MOVER)

    register_matters(matters.PROVIDER)
    files.register(leads.OBJ, files.ObjectDoor("线索", leads.can_see_id, leads.present_id))
    duties.register_object(leads.OBJ, visible_ids=leads.visible_ids, present=leads.present, within=leads.within)  # fmt: skip
    for kind in duty.kinds():
        duties.register(kind)
    for notice in duty.notice_kinds():
        notices.register(notice)
    for job in jobs.JOBS:
        work.register(job)


def api_routers() -> list[tuple[str, Any]]:
    """接口各路由:(前缀, 路由)。"""
    from juyuan.foundation.duties.api import router as duties
    from juyuan.foundation.exchange.api import router as imports
    from juyuan.foundation.figures.api import router as figures
    from juyuan.foundation.notices.api import router as notices
    from juyuan.foundation.papers.api import router as papers
    from juyuan.foundation.policy.api import router as parameters
    from juyuan.rooms.chains.api import router as chains
    from juyuan.rooms.first_contact.api import router as first_contacts
    from juyuan.rooms.investors.api import router as investors
    from juyuan.rooms.outreach.api import router as leads
    from juyuan.rooms.pipeline.api import router as projects
    from juyuan.rooms.pipeline.api.monthly import router as months

    return [
        ("", parameters),
        ("", imports),
        ("/projects", projects),
        ("/investors", investors),
        ("/chains", chains),
        ("/first-contacts", first_contacts),
        ("/leads", leads),
        ("/figures", figures),
        ("/monthly-updates", months),
        ("/duties", duties),
        ("/notices", notices),
        *council.api_routers(),
        ("/papers", papers),
        *evaluation.routers(),
    ]
