from django.urls import path

from .views import credits

app_name = "billing"

urlpatterns = [
    path("credits/", credits.credits, name="credits"),
]
