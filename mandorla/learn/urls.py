"""Addresses of the practice room."""

from django.urls import path

from mandorla.learn import views

app_name = "learn"
urlpatterns = [
    path("practice/", views.practice, name="practice"),
    path("practice/<slug:who>/", views.person, name="person"),
    path("practice/<slug:who>/end/", views.end, name="end"),
    path("practice/<slug:who>/<slug:step>/", views.step, name="step"),
]
