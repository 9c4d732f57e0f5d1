"""口令散列:argon2id,内存取 19 MiB,使早高峰的集中登录可以承受(security §0.12)。"""

from django.contrib.auth.hashers import Argon2PasswordHasher


class ModestArgon2(Argon2PasswordHasher):
    memory_cost = 19456
    time_cost = 2
    parallelism = 1
