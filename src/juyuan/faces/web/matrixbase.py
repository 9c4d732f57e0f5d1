"""权限矩阵的底料:看的人、门是什么、谁看不见。门本身在 `matrix` 与 `matrixtalks`。"""

from __future__ import annotations

from dataclasses import dataclass, field

VIEWERS = {
    "anonymous": "未登录",
    "clerk": "商务主管部门经办",
    "verifier": "商务主管部门核验人",
    "own": "本县区经办(登记人)",
    "own_head": "本县区主要负责同志(未列名单)",
    "other": "其他县区经办",
    "participant": "参与单位经办",
    "leader": "总召集人",
    "reader": "财政查阅",
    "adviser": "招商顾问(参与单位)",
    "chain_lead": "本链链长",
    "sysadmin": "系统管理员",
    "secadmin": "安全管理员",
    "auditadmin": "审计管理员",
    "no_post": "没有任职",
}
"""看的人:代号 → 是谁(相对于某县区登记、已认定签约的一个项目)。"""
OBJECTS = {"normal": "一般", "restricted": "限名单"}
HEADS = {"url": "网址", "name": "名称", "method": "方法", "door": "门", **VIEWERS}

IN, LOGIN, NO_TOKEN, DENIED, HIDDEN, WRONG_METHOD = 0, 302, 401, 403, 404, 405
ADMINS = "sysadmin secadmin auditadmin"
BUREAU = "clerk verifier"
STAFF = f"{BUREAU} own own_head other participant"
BUSINESS = f"{STAFF} leader reader adviser chain_lead"
EVERYONE = f"{BUSINESS} {ADMINS} no_post"
WHOLE = f"{BUREAU} own own_head participant leader adviser chain_lead"
LISTED = "verifier own leader"


@dataclass(frozen=True)
class Door:
    """一种门:放行谁(`admits`),谁看不见(`hides`),其余不准。限名单对象另写。"""

    label: str
    admits: str
    hides: str = ""
    admits_restricted: str | None = None
    hides_restricted: str = ""
    public: bool = False

    @property
    def has_object(self) -> bool:
        return self.admits_restricted is not None

    def answer(self, viewer: str, target: str = "normal") -> int:
        """`IN` 即放行(状态码看页面自己);否则 302、403、404。"""
        if viewer == "anonymous":
            return IN if self.public else LOGIN
        restricted = target == "restricted" and self.has_object
        admits = self.admits_restricted or "" if restricted else self.admits
        hides = self.hides_restricted if restricted else self.hides
        if viewer in admits.split():
            return IN
        return HIDDEN if viewer in hides.split() else DENIED


def others(*shown: str) -> str:
    seen = {viewer for text in shown for viewer in text.split()}
    return " ".join(viewer for viewer in EVERYONE.split() if viewer not in seen)


def project_door(label: str, admits: str, restricted: str, *, facts: bool = False) -> Door:
    """项目的门:看不见全貌的人一律 404;看得见而不准办的人 403。"""
    reader = " reader" if facts else ""
    return Door(
        label,
        admits + reader,
        others(WHOLE + reader),
        restricted + reader,
        others(LISTED + reader),
    )


@dataclass(frozen=True)
class Page:
    """一个网址:归哪种门;放行之后各方法得什么(空正文的 POST);没有的方法是 405。"""

    name: str
    door: Door
    get: int = 200
    post: int | None = None
    more: dict[str, int] = field(default_factory=dict)
    get_door: Door | None = None
    known: int = 0  # 已登录的人 GET 得什么(登录页:转去工作台)

    @property
    def is_api(self) -> bool:
        return self.name.startswith("api:")

    @property
    def methods(self) -> dict[str, int]:
        found = {"GET": self.get} | ({} if self.post is None else {"POST": self.post}) | self.more
        return found

    def door_for(self, method: str) -> Door:
        """这种方法走哪种门(看与改可以不同)。"""
        return self.get_door if method == "GET" and self.get_door else self.door

    def expected(self, viewer: str, method: str = "GET", target: str = "normal") -> int:
        """这个人以这种方法请求这个网址应得的状态码。"""
        status = self.methods.get(method, WRONG_METHOD)
        if self.is_api and status == WRONG_METHOD:
            return WRONG_METHOD
        door = self.door_for(method)
        if viewer == "anonymous" or status != WRONG_METHOD:
            answer = door.answer(viewer, target)
            if answer == LOGIN and self.is_api:
                return NO_TOKEN
            if not answer and self.known and method == "GET" and viewer != "anonymous":
                return self.known
            return answer or status
        return status


def post_only(name: str, door: Door, status: int) -> Page:
    """只收 POST 的网址。"""
    return Page(name, door, get=WRONG_METHOD, post=status)
