"""Addresses of help, safety, grounding and the quick exit."""

from django.urls import path

from mandorla.safety import views

app_name = "safety"
urlpatterns = [
    path("", views.page, name="page"),
    path("help/", views.help_page, name="help"),
    path("grounding/", views.grounding, name="grounding"),
    path("leave/", views.leave, name="leave"),
]
