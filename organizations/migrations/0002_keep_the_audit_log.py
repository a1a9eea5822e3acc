from django.db import migrations

from config.kernel.migrations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("organizations", "0001_create")]

    # A person who is erased leaves their acts behind, without their name.
    operations = [AppendOnly("AuditRecord", but=("actor_id",))]
