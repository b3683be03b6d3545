"""Which feature answers at which address."""

from importlib.util import find_spec

from django.urls import include, path

FEATURES = {
    "": "site.pages",
    "me/": "accounts.urls",
    "spaces/": "spaces.urls",
    "dialogues/": "dialogue.urls",
    "safety/": "safety.urls",
}

urlpatterns = [path(at, include(f"mandorla.{room}")) for at, room in FEATURES.items() if find_spec(f"mandorla.{room}")]

handler400 = "mandorla.site.answers.unclear"
handler403 = "mandorla.site.answers.missing"
handler404 = "mandorla.site.answers.missing"
handler500 = "mandorla.site.answers.broken"
