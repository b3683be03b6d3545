"""Addresses of notices."""

from django.urls import path

from mandorla.notices import views

app_name = "notices"
urlpatterns = [
    path("me/notices/", views.page, name="page"),
    path("me/notices/worker.js", views.worker, name="worker"),
    path("calendar/<str:secret>/", views.feed, name="feed"),
]
