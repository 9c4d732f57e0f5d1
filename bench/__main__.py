"""在备好并造满的库里测一遍;结果一行一份 JSON 写到标准输出。由 `./juyuan bench` 在子进程里调用。"""

from __future__ import annotations

import json
import sys


def main(scale: int, names: list[str]) -> int:
    import django
    from django.conf import settings

    django.setup()
    settings.ROOT_URLCONF = "bench.floor"
    settings.ALLOWED_HOSTS = ["*"]
    from bench import checking, claiming, daily, monthly, naming, numbers, pages

    def wanted(name: str) -> bool:
        return not names or name in names

    for part in (pages, numbers, checking, naming, monthly, daily, claiming):
        for result in part.run(scale, wanted):
            print(json.dumps(result.as_dict(), ensure_ascii=False), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
