"""Addresses of the account."""

from django.urls import path

from mandorla.accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.me, name="me"),
    path("sign-up/", views.sign_up, name="sign-up"),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("unlock/", views.unlock, name="unlock"),
    path("lock/", views.lock, name="lock"),
    path("step-up/", views.step_up, name="step-up"),
    path("recover/", views.recover, name="recover"),
    path("code/", views.code, name="code"),
    path("passphrase/", views.passphrase, name="passphrase"),
    path("sessions/", views.sessions, name="sessions"),
]
