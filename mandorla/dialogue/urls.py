"""Addresses of dialogues. They carry ids alone. The socket is `/live/<id>`; see the developers' documents."""

from django.urls import path

from mandorla.dialogue import views

app_name = "dialogue"
urlpatterns = [
    path("", views.home, name="home"),
    path("ask/<uuid:space>/", views.ask, name="ask"),
    path("before/<slug:what>/<uuid:space>/", views.before, name="before"),
    path("rest/<uuid:space>/", views.rest, name="rest"),
    path("timers/", views.timers, name="timers"),
    path("feelings/", views.feelings, name="feelings"),
    path("<uuid:thread>/", views.room, name="room"),
    path("<uuid:thread>/stage/", views.stage, name="stage"),
    path("<uuid:thread>/draft/", views.draft, name="draft"),
    path("<uuid:thread>/prepare/", views.prepare, name="prepare"),
    path("<uuid:thread>/after/", views.after, name="after"),
    path("<uuid:thread>/calendar/", views.calendar, name="calendar"),
    path("<uuid:thread>/company/", views.company, name="company"),
    path("<uuid:thread>/words/", views.words, name="words"),
    path("<uuid:thread>/keep/", views.keep, name="keep"),
    path("<uuid:thread>/let-go/", views.let_go, name="let-go"),
    path("<uuid:thread>/words.pdf", views.kept_pdf, name="kept-pdf"),
    path("<uuid:thread>/words.txt", views.kept_text, name="kept-text"),
]
