"""性能测试造项目的一步(子进程):`个数 种子`;用时写到数据目录的 seed.json。"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path


def main(argv: list[str]) -> int:
    """造项目。"""
    import django

    django.setup()
    from juyuan.foundation.workdays.clock import now
    from juyuan.rooms.pipeline.actions.seed import seed_projects

    began = time.perf_counter()
    count = seed_projects(scale=int(argv[0]), seed=int(argv[1]), now=now())
    took = time.perf_counter() - began
    kept = Path(os.environ["JUYUAN_HOME"]) / "seed.json"
    kept.write_text(json.dumps({"count": count, "seconds": round(took, 2)}), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
