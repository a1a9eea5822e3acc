from django.urls import path

from .views import feed

app_name = "feed"

urlpatterns = [
    path("", feed.page, name="page"),
    path("atom.xml", feed.atom, name="atom"),
    path("feed.json", feed.json, name="json"),
    path("media/<str:name>", feed.media, name="media"),
    path("<slug:key>/", feed.entry_show, name="entry-show"),
    path("<slug:key>/link/", feed.entry_link, name="entry-link"),
    path("<slug:key>/view/", feed.entry_view, name="entry-view"),
]
