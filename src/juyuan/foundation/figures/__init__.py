"""统计口径:每个数字只定义一次(词句与代码各一份),可按任一过去的日子重算,并能点到它的明细。

本层不认得任何业务名词:房间在 `wiring.connect()` 里登记自己的 `Figure`,名称、口径、依据都由房间给出。
入口:`registry`(登记)、`queries.compute`(求值)、`cli.cli_figures`(命令行)、`views`(统计口径页)、`api.router`。
"""
