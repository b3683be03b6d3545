"""The address of the coach."""

from django.urls import path

from mandorla.coach import views

app_name = "coach"
urlpatterns = [path("", views.page, name="page")]
