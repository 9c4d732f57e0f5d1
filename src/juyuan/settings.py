"""全部设置在此一个文件,只读环境变量;每个秘密也可由 `…_FILE` 给出(spec 4「Settings」)。"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

ROOT = Path(__file__).resolve().parents[2]


def env(name: str, default: str = "") -> str:
    """读环境变量;设置了 `NAME_FILE` 时读文件内容(去尾部换行)。"""
    path = os.environ.get(f"{name}_FILE")
    if path:
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def env_list(name: str) -> list[str]:
    return [part.strip() for part in env(name).split(",") if part.strip()]


JUYUAN_MODE = env("JUYUAN_MODE", "production")
if JUYUAN_MODE not in {"demo", "production"}:
    raise SystemExit(f"JUYUAN_MODE 只能是 demo 或 production,现在是 {JUYUAN_MODE!r}")
DEMO = JUYUAN_MODE == "demo"
JUYUAN_HOME = Path(env("JUYUAN_HOME", str(ROOT / "var"))).absolute()
JUYUAN_PACK = env("JUYUAN_PACK", "liaoyuan")
JUYUAN_EXPECT_WORKER = (
    env("JUYUAN_EXPECT_WORKER") == "1"
)  # serve、demo 会设:/readyz 查任务进程的心跳
JUYUAN_TODAY = env("JUYUAN_TODAY") if DEMO else ""
JUYUAN_NOW = env("JUYUAN_NOW") if DEMO else ""
PACKS_DIR = ROOT / "packs"


def _secret_key() -> str:
    """生产必须给出;演示与测试在数据目录里自造一把(0600)。"""
    given = env("JUYUAN_SECRET_KEY")
    if given:
        return given
    path = JUYUAN_HOME / "keys" / "secret"
    if path.exists():
        return path.read_text(encoding="ascii").strip()
    made = secrets.token_urlsafe(48)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return made  # 目录不可写时(例如只跑检查),仅本进程有效
    with os.fdopen(fd, "w") as handle:
        handle.write(made)
    return made


SECRET_KEY = _secret_key()
# 封存台账、签备份的密钥:库外保存,不进备份(foundation.ledger.keys)
JUYUAN_AUDIT_KEY = env("JUYUAN_AUDIT_KEY")
JUYUAN_BACKUP_KEY = env("JUYUAN_BACKUP_KEY")
JUYUAN_BACKUP_DIR = env("JUYUAN_BACKUP_DIR")
JUYUAN_BACKUP_KEEP = env("JUYUAN_BACKUP_KEEP", "7,5,12")
DEBUG = False
ALLOWED_HOSTS = env_list("JUYUAN_ALLOWED_HOSTS") or [
    "127.0.0.1",
    "localhost",
    "[::1]",
    "testserver",
]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django_htmx",
    "axes",
    "ninja",
    "procrastinate.contrib.django",
    "juyuan.foundation.ui",
    "juyuan.foundation.people",
    "juyuan.foundation.ledger",
    "juyuan.foundation.policy",
    "juyuan.foundation.workdays",
    "juyuan.foundation.files",
    "juyuan.foundation.search",
    "juyuan.foundation.exchange",
    "juyuan.foundation.figures",
    "juyuan.foundation.work",
    "juyuan.foundation.keeping",
    "juyuan.foundation.duties",
    "juyuan.foundation.notices",
    "juyuan.foundation.personal",
    "juyuan.foundation.apikit",
    "juyuan.foundation.papers",
    "juyuan.rooms.investors",
    "juyuan.rooms.chains",
    "juyuan.rooms.pipeline",
    "juyuan.rooms.first_contact",
    "juyuan.rooms.evaluation",
    "juyuan.rooms.outreach",
    "juyuan.rooms.council",
    "juyuan.faces.web",
    "juyuan.faces.api",
    "juyuan",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "juyuan.foundation.ui.headers.SecurityHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "juyuan.faces.web.doors.Door",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "juyuan.urls"
WSGI_APPLICATION = "juyuan.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "juyuan.foundation.ui.context.shell",
            ],
        },
    }
]

# ───────── 数据库 ─────────


def _database(url: str) -> dict[str, object]:
    """postgresql://用户:密码@主机:端口/库?host=套接字目录 → Django 的设置。"""
    parts = urlsplit(url)
    query = {k: v[-1] for k, v in parse_qs(parts.query).items()}
    name = unquote(parts.path.lstrip("/")) or "juyuan"
    options: dict[str, object] = {"connect_timeout": 5}
    host = query.pop("host", parts.hostname or "")
    options.update(query)
    # 运行期只用受限角色:台账只许查、只许增(foundation.ledger)。迁移时不设,用所有者身份。
    role = env("JUYUAN_DB_ROLE")
    session = ["-c TimeZone=Asia/Shanghai", "-c jit=off"]
    if role:
        session.append(f"-c role={role}")
    options["options"] = " ".join(session)
    test_name = f"test_{name}{os.environ.get('JUYUAN_TEST_DB', '')}"
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or query.get("port", "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
        "TEST": {"NAME": test_name, "TEMPLATE": "template0"},
    }


JUYUAN_DATABASE_URL = env("JUYUAN_DATABASE_URL") or (
    f"postgresql://postgres@/juyuan?host={JUYUAN_HOME / 'run'}"
)
DATABASES = {"default": _database(JUYUAN_DATABASE_URL)}
ATOMIC_REQUESTS = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ───────── 账号与会话 ─────────
AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "juyuan.foundation.people.hashers.ModestArgon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "juyuan.foundation.ui.errors.csrf_failure"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # 小时
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "juyuan.faces.web.auth.locked_out"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if not DEMO:
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    if env("JUYUAN_TRUSTED_PROXY"):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# ───────── 语言与时间 ─────────
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

# ───────── 静态文件与上传 ─────────
STATIC_URL = "/static/"
STATIC_ROOT = JUYUAN_HOME / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
MEDIA_ROOT = JUYUAN_HOME / "files"
FILE_UPLOAD_TEMP_DIR = None
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# 月度更新一张表一次交:每行九格,一个单位两千个项目也交得上(总字节仍受上一行的限)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# ───────── 通知的渠道(去处只由管理员在这里给出,见 foundation.notices.config) ─────────
JUYUAN_BASE_URL = env("JUYUAN_BASE_URL")
JUYUAN_SMTP_URL = env("JUYUAN_SMTP_URL")
JUYUAN_WEBHOOK_FORM = env("JUYUAN_WEBHOOK_FORM", "wecom")
JUYUAN_WEBHOOK_URL = env("JUYUAN_WEBHOOK_URL")
JUYUAN_WEBHOOK_SECRET = env("JUYUAN_WEBHOOK_SECRET")
JUYUAN_WEBHOOK_HOSTS = env_list("JUYUAN_WEBHOOK_HOSTS")
JUYUAN_SMS_URL = env("JUYUAN_SMS_URL")
JUYUAN_SMS_SECRET = env("JUYUAN_SMS_SECRET")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
SILENCED_SYSTEM_CHECKS = ["axes.W003"]
