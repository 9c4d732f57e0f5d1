"""在 .venv 里执行一条命令;由启动器交接而来。"""

import sys

from juyuan.faces.cli.main import main

sys.exit(main(sys.argv[1:]))
