from django.db import migrations

from config.kernel.migrations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("organizations", "0006_keep_the_limited_from_managing")]

    operations = [AppendOnly("Consent")]
