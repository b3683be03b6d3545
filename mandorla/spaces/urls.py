"""Addresses of spaces: making, joining, seeing and leaving them."""

from django.urls import path

from mandorla.spaces import views

app_name = "spaces"
urlpatterns = [
    path("invite/", views.invite, name="invite"),
    path("invite/withdraw/", views.withdraw, name="withdraw"),
    path("invited/", views.invited, name="invited"),
    path("invited/open/", views.still_open, name="still-open"),
    path("join/", views.join, name="join"),
    path("new/<slug:kind>/", views.make, name="make"),
    path("<uuid:space>/", views.space, name="space"),
    path("<uuid:space>/invite/", views.invite_into, name="invite-into"),
    path("<uuid:space>/out/<uuid:person>/", views.take_out, name="take-out"),
    path("<uuid:space>/leave/", views.leave, name="leave"),
]
