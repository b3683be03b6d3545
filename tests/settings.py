"""The product's settings with a data folder that goes away, and the lowest allowed cost of a passphrase."""

import atexit
import os
import shutil
import tempfile

# Tests side by side each have their own folder.
if (ours := "MANDORLA_TEST_DATA" + os.environ.get("PYTEST_XDIST_WORKER", "")) not in os.environ:
    os.environ[ours] = tempfile.mkdtemp(prefix="mandorla-test-")
    atexit.register(shutil.rmtree, os.environ[ours], ignore_errors=True)
os.environ["MANDORLA_DATA"] = os.environ[ours]
os.environ["MANDORLA_ARGON2_MIB"] = "64"

from mandorla.site.settings import *  # noqa: F403
from mandorla.site.settings import DATA, DATABASES, STORAGES

SENDER = False  # tests send when they mean to
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
STATIC_ROOT = DATA / "static"
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
(DATA / "static").mkdir(exist_ok=True)
DATABASES["default"]["TEST"] = {
    "NAME": str(DATA / "test.sqlite3") if "sqlite" in DATABASES["default"]["ENGINE"] else None
}
