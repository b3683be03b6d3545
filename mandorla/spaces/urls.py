"""Addresses of spaces: making, joining, seeing and leaving them."""

from django.urls import path

from mandorla.spaces import views

app_name = "spaces"
urlpatterns = [
    path("invite/", views.invite, name="invite"),
    path("invite/withdraw/", views.withdraw, name="withdraw"),
    path("invited/", views.invited, name="invited"),
    path("join/", views.join, name="join"),
    path("<uuid:space>/", views.space, name="space"),
    path("<uuid:space>/leave/", views.leave, name="leave"),
]
