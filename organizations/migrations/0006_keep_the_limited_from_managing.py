from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organizations", "0005_name_what_a_seal_holds")]

    operations = [
        migrations.AlterField(
            model_name="invitation",
            name="sent_at",
            field=models.DateTimeField(
                blank=True,
                help_text="Empty while no mail server has taken the letter.",
                null=True,
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("role", "owner"), _negated=True),
                name="invitation_never_to_ownership",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("brand_ids", []), ("role__in", ["member", "viewer"]), _connector="OR"
                ),
                name="invitation_limited_role",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sees_all_brands", True), ("role__in", ["member", "viewer"]), _connector="OR"
                ),
                name="membership_limited_role",
            ),
        ),
    ]
