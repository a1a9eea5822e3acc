"""Short links, as visitors of posts follow them; outside of every organization."""

from django.urls import path

from .views import links

app_name = "links"

urlpatterns = [path("<slug:code>/", links.follow, name="follow")]
