"""Which feature answers at which address."""

from importlib.util import find_spec

from django.urls import include, path

FEATURES = {"": "site.pages", "me/": "accounts.urls", "spaces/": "spaces.urls", "dialogues/": "dialogue.urls"}
FEATURES["safety/"] = "safety.urls"

urlpatterns = [path(at, include(f"mandorla.{where}")) for at, where in FEATURES.items() if find_spec(f"mandorla.{where}")]

handler400 = "mandorla.site.answers.unclear"
handler403 = "mandorla.site.answers.missing"
handler404 = "mandorla.site.answers.missing"
handler500 = "mandorla.site.answers.broken"
