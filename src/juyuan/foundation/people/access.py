"""谁可以登记单位、人员、账号,谁可以授予任职。三员分权:系统管理员登记,安全管理员授权。"""

from __future__ import annotations

from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed, Denial

REGISTER = "单位、人员、账号由系统管理员登记"
GRANT = "任职与角色由安全管理员授予"


def on_console(actor: Actor) -> bool:
    """命令行上的操作者:能登录服务器者即可,台账记为「控制台」。"""
    return actor.account_id is None and actor.via == "console"


def can_register(actor: Actor) -> Access:
    if on_console(actor) or actor.has("sysadmin"):
        return Allowed()
    return Denial(REGISTER)


def can_grant(actor: Actor, person_account_id: int | None = None) -> Access:
    """`person_account_id`: 被授予人的账号;不得给自己授权。"""
    if on_console(actor):
        return Allowed()
    if not actor.has("secadmin"):
        return Denial(GRANT)
    if person_account_id is not None and person_account_id == actor.account_id:
        return Denial("不得给自己授予或收回任职")
    return Allowed()


def can_see_accounts(actor: Actor) -> Access:
    if on_console(actor) or actor.has_any("sysadmin", "secadmin"):
        return Allowed()
    return Denial("账号与任职只有系统管理员、安全管理员可以查看")


def can_make_token(actor: Actor, account_id: int) -> Access:
    """令牌等于口令:只能为自己建立,或在命令行上建立。"""
    if on_console(actor) or actor.account_id == account_id:
        return Allowed()
    return Denial("接口令牌只能由本人建立")


def can_revoke_token(actor: Actor, account_id: int) -> Access:
    if on_console(actor) or actor.account_id == account_id or actor.has("sysadmin"):
        return Allowed()
    return Denial("接口令牌由本人或系统管理员撤销")


def can_hand_over(actor: Actor, unit_path: str, leaver_id: int) -> Access:
    """该单位或其上级的主要负责同志,或安全管理员;不得办自己的调离(收回与接手须由别人定)。"""
    if on_console(actor):
        return Allowed()
    if actor.person_id == leaver_id:
        return Denial("本人的调离由主要负责同志办理")
    if actor.has("secadmin") or any(
        post.role == "head" and unit_path.startswith(post.unit_path) for post in actor.posts
    ):
        return Allowed()
    return Denial("调离移交由该单位主要负责同志或安全管理员办理")


def can_see_staff(actor: Actor) -> Access:
    if actor.has("head"):
        return Allowed()
    return Denial("本单位人员由主要负责同志查看")
