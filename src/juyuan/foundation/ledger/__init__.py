"""台账:只增不改的事件。谁、以何职务、做了什么、对哪个对象、前后、理由、条款、结果;拒绝访问也记。

动作在自己的事务里写台账,写不进去,动作就不成立;拒绝在单独的事务里记。
运行角色只有 INSERT 与 SELECT;UPDATE、DELETE、TRUNCATE 另有触发器拒绝。
每十分钟按批封存(HMAC-SM3,密钥在库外),前后相连;锚点导出到别处保存,尾部被截也看得出来。
"""

APPEND_ONLY_TABLES = ("ledger_event", "ledger_seal")
