from django.urls import path

from .views import home, posts

app_name = "analytics"

urlpatterns = [
    path("", home.home, name="home"),
    path("posts/<uuid:post>/", posts.post_show, name="post-show"),
]
