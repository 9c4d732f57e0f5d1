"""行动者:谁、以哪个任职、从哪扇门进来。纯数据,由 people 组装,随动作一路传递。"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class PostRef:
    """一个在任职务(单位内的角色)。`function` 是单位职能代码,由城市包给出。"""

    id: int
    unit_id: int
    unit_code: str
    unit_name: str
    unit_path: str
    function: str
    role: str
    title: str = ""


@dataclass(frozen=True)
class Actor:
    """行动者。`posts` 是当日全部在任职务,`post` 是本次以之行事的职务。"""

    account_id: int | None
    username: str
    name: str
    posts: tuple[PostRef, ...] = ()
    post: PostRef | None = None
    via: str = "web"
    request_id: str = ""
    person_id: int | None = None
    group: UUID | None = None
    """批量办理的组号:这一批里各动作的台账行带同一个。"""

    def has(self, role: str, function: str | None = None) -> bool:
        """是否任某角色(可再限定单位职能)。"""
        return any(
            p.role == role and (function is None or p.function == function) for p in self.posts
        )

    def has_any(self, *roles: str) -> bool:
        return any(p.role in roles for p in self.posts)

    @property
    def unit_ids(self) -> frozenset[int]:
        return frozenset(p.unit_id for p in self.posts)

    @property
    def unit_name(self) -> str:
        return self.post.unit_name if self.post else ""

    @property
    def is_system(self) -> bool:
        return self.account_id is None

    @classmethod
    def console(cls, name: str = "控制台") -> Actor:
        """命令行上的操作者;台账里记为「控制台」。"""
        return cls(account_id=None, username="console", name=name, via="console")

    @classmethod
    def system(cls, name: str = "系统") -> Actor:
        """定期任务。"""
        return cls(account_id=None, username="system", name=name, via="job")
