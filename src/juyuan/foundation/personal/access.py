"""谁能存、改、共享视图。"""

from __future__ import annotations

from juyuan.foundation.people.models import Role
from juyuan.foundation.personal.models import SavedView
from juyuan.kernel.actor import Actor, PostRef
from juyuan.kernel.verdict import Access, Allowed, Denial, Denied

SHARERS = (Role.CLERK, Role.HEAD)


def post_of(actor: Actor) -> PostRef:
    """以之行事的任职。

    Raises:
        Denied: 没有任职。
    """
    if actor.post is None or actor.person_id is None:
        raise Denied("视图与草稿按任职所在的单位存放,您现在没有任职")
    return actor.post


def person_of(actor: Actor) -> int:
    """行动者是哪个人。

    Raises:
        Denied: 没有任职(命令行、定期任务也在内)。
    """
    post_of(actor)
    assert actor.person_id is not None
    return actor.person_id


def can_share(actor: Actor) -> Access:
    """共享给本单位:正以经办、主要负责同志的任职行事。"""
    if actor.post is not None and actor.post.role in SHARERS:
        return Allowed()
    return Denial("共享给本单位的视图,由本单位经办人员或主要负责同志存;您可以存成只给自己看的")


def is_own(actor: Actor, view: SavedView) -> bool:
    """是不是自己在这个单位存的。"""
    return (
        actor.post is not None
        and view.owner_id == actor.person_id
        and view.unit_id == actor.post.unit_id
    )


def can_change(actor: Actor, view: SavedView) -> Access:
    """改名、改条件、共享、删:存的人;共享的另有本单位主要负责同志。"""
    post = actor.post
    if is_own(actor, view):
        return Allowed()
    if post is not None and view.shared and post.unit_id == view.unit_id and post.role == Role.HEAD:
        return Allowed()
    return Denial(
        "这是别人共享给本单位的视图,要改请找存的人或本单位主要负责同志;您可以照它另存一个"
    )
