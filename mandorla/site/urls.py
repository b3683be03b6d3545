"""Which feature answers at which address."""

from django.urls import include, path

from mandorla.site import views

public = [
    path("", views.front, name="front"),
    path("how/", views.how, name="how"),
    path("clear/", views.clear, name="clear"),
    path("language/", views.language, name="language"),
    path("robots.txt", views.robots, name="robots"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("favicon.ico", views.icon, name="icon"),
]

urlpatterns = [
    path("", include((public, "site"))),
    path("", include("mandorla.notices.urls")),
    path("me/coach/", include("mandorla.coach.urls")),
    path("me/", include("mandorla.accounts.urls")),
    path("spaces/", include("mandorla.spaces.urls")),
    path("dialogues/", include("mandorla.dialogue.urls")),
    path("learn/", include("mandorla.learn.urls")),
    path("safety/", include("mandorla.safety.urls")),
]

handler400 = "mandorla.site.answers.unclear"
handler403 = "mandorla.site.answers.missing"
handler404 = "mandorla.site.answers.missing"
handler500 = "mandorla.site.answers.broken"
