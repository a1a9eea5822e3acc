from django.db import migrations

from config.kernel.migrations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_create")]

    operations = [AppendOnly("CreditTransaction")]
