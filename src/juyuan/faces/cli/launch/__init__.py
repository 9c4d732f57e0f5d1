"""启动器的零件:只用标准库,在 .venv 造好之前就能导入。

`environment` 备 .venv · `places` 定数据放哪里 · `postgres` 与 `keeper` 管嵌入的 PostgreSQL ·
`lifeline` 让子进程随父进程结束 · `trouble` 把出错说成一句人话。
"""
