"""性能测试造项目的一步(子进程):`seed 个数 种子`。"""

from __future__ import annotations

import sys


def main(argv: list[str]) -> int:
    """造项目。"""
    import django

    django.setup()
    from juyuan.foundation.workdays.clock import now
    from juyuan.rooms.pipeline.actions.seed import seed_projects

    seed_projects(scale=int(argv[1]), seed=int(argv[2]), now=now())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
