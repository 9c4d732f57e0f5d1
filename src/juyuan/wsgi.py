"""WSGI 入口(granian)。"""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "juyuan.settings")
application = get_wsgi_application()
