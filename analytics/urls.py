from django.urls import path

from .views import home, onboarding, posts

app_name = "analytics"

urlpatterns = [
    path("", home.home, name="home"),
    path("first-steps/page/", onboarding.hosted_page_open, name="hosted-page-open"),
    path("first-steps/hiding/", onboarding.steps_hide, name="steps-hide"),
    path("first-steps/return/", onboarding.steps_show, name="steps-show"),
    path("first-steps/<slug:step>/skip/", onboarding.step_skip, name="step-skip"),
    path("first-steps/<slug:step>/return/", onboarding.step_take_up, name="step-take-up"),
    path("posts/<uuid:post>/", posts.post_show, name="post-show"),
]
