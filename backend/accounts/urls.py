"""Addresses of signing in and of a person's own account."""

from django.urls import path

from backend.accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("verify/", views.verify, name="verify"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("profile/", views.profile, name="profile"),
    path("password/", views.change_password, name="change_password"),
    path("second-factor/", views.factor, name="second_factor"),
    path("second-factor/off/", views.factor_off, name="second_factor_off"),
    path("sessions/end/", views.end_sessions, name="end_sessions"),
]
