"""正在往台账里写、还没有了结的别的连接。

写台账的事务从取编号之前到了结都持有本表的写锁,谁的都看得见,不分角色。
同一个服务器上别的库、自动清理、只写了别的表还没有写台账的,都不算:它们将来的编号一定更大。
"""

WRITERS = """
SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND granted
 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
 AND relation = 'ledger_event'::regclass AND mode = 'RowExclusiveLock'
 AND pid IS DISTINCT FROM pg_backend_pid()
"""
