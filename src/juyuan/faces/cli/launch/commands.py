"""命令一览:启动器据此决定备什么,帮助也从这里来。"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Need = Literal["none", "code", "database"]


@dataclass(frozen=True)
class Command:
    """一个命令。`needs`:none 自己料理;code 只要程序;database 要建好表、载入城市包的数据库。"""

    name: str
    usage: str
    summary: str
    needs: Need = "database"
    dev: bool = False


COMMANDS = (
    Command(
        "demo",
        "[--port N] [--fresh] [--today YYYY-MM-DD]",
        "打开演示:嵌入的数据库、城市包、导入台账、网页与任务(默认命令)",
        "none",
    ),
    Command("serve", "[--port N] [--bind 地址]", "正式运行:网页、任务、定时三者一棵进程树", "none"),
    Command("test", "[pytest 参数]", "备好一切(含浏览器)并运行全部测试", "none", dev=True),
    Command(
        "check",
        "[名称…]",
        "代码、类型、导入方向、迁移、规则手册、模板、素材、城市包的检查",
        "none",
        dev=True,
    ),
    Command(
        "import", "种类 文件 --actor 用户 [--commit] [--json]", "导入台账;不带 --commit 只预览"
    ),
    Command("export", "种类 文件 [--actor 用户]", "导出 xlsx"),
    Command("template", "种类 文件", "导入用的空白模板(带下拉、批注、示例行)"),
    Command(
        "jobs", "[--today 日期] [--only 名称] [--json]", "执行到期的定时任务一遍(重复执行无妨)"
    ),
    Command("figures", "[--as-of 日期] [--json]", "已定义口径的统计数字"),
    Command("report", "monthly YYYY-MM 文件夹 [--actor 用户] [--json]", "月报:docx、pdf、xlsx"),
    Command("rulebook", "[--check]", "重新生成 docs/rulebook.md", "code"),
    Command("clauses", "--json", "条款清单:原文、房间、规则、测试、页面、参数", "code"),
    Command("check-invariants", "[--json]", "核对全库必须成立的关系"),
    Command("permission-matrix", "[--json]", "谁能在哪个网址做什么", "code"),
    Command("backup", "文件夹 [--json]", "备份数据库与文件(可以一边有人在写),清单带摘要与签名"),
    Command(
        "restore",
        "文件夹 [--check] [--replace] [--unsigned] [--json]",
        "由备份恢复到空的地方;损坏、残缺、比程序新的,一行不动就拒绝",
        "none",
    ),
    Command("verify-audit", "[--anchor 文件] [--json]", "核验台账:改、删、插、截尾,说出第一处"),
    Command("export-anchor", "文件", "封存台账并导出锚点(存到本机以外)"),
    Command("seal-audit", "[--json]", "立即封存台账(平时每十分钟一次)"),
    Command("user", "add 用户名 --unit 单位 --role 角色 [--name 姓名]", "建账号并授予职务"),
    Command("token", "用户名 [--label 用途]", "发一个接口令牌(末行即令牌,只显示一次)"),
    Command("seed", "--scale N [--seed S]", "造 N 个仿真项目,供性能与压力测试"),
    Command("bench", "[名称] [--json] [--write]", "自带的性能测试,与同次运行的基线相比"),
    Command("manage", "…", "Django 自己的管理命令"),
)

BY_NAME = {command.name: command for command in COMMANDS}


def overview() -> str:
    """`./juyuan help` 的全文。"""
    width = max(len(command.name) for command in COMMANDS)
    lines = ["聚源 · 用法:./juyuan [命令] [参数](不写命令即 demo)", ""]
    for command in COMMANDS:
        lines.append(f"  {command.name:<{width}}  {command.summary}")
        lines.append(f"  {'':<{width}}  ./juyuan {command.name} {command.usage}".rstrip())
    lines += [
        "",
        "退出码:0 完成,1 拒绝(原因已打印),2 用法不对。设置只读环境变量,见 docs/operations.md。",
    ]
    return "\n".join(lines)
