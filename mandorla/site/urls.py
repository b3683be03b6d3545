"""Which feature answers at which address."""

from importlib.util import find_spec

from django.urls import include, path

FEATURES = {"me/": "accounts", "spaces/": "spaces", "dialogues/": "dialogue", "safety/": "safety"}

urlpatterns = [
    path(at, include(f"mandorla.{room}.urls")) for at, room in FEATURES.items() if find_spec(f"mandorla.{room}.urls")
]
if find_spec("mandorla.vault.views"):
    from mandorla.site import views

    public = [
        path("", views.front, name="front"),
        path("how/", views.how, name="how"),
        path("clear/", views.clear, name="clear"),
        path("robots.txt", views.robots, name="robots"),
        path("manifest.webmanifest", views.manifest, name="manifest"),
        path("favicon.ico", views.icon, name="icon"),
    ]
    urlpatterns.append(path("", include((public, "site"))))

handler400 = "mandorla.site.answers.unclear"
handler403 = "mandorla.site.answers.missing"
handler404 = "mandorla.site.answers.missing"
handler500 = "mandorla.site.answers.broken"
