from django.db import migrations, models

from config.kernel.migrations import Door

_MINE_HEAD = """CREATE FUNCTION organizations_of_user(person uuid)
            RETURNS TABLE (organization_id uuid, name varchar, slug varchar, timezone varchar,
                           status varchar, role varchar, membership_id uuid,
                           sees_all_brands boolean{unread_type})
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
              SELECT o.id, o.name, o.slug, o.timezone, o.status, m.role, m.id,
                     m.sees_all_brands{unread}
              FROM organizations_membership m
              JOIN organizations_organization o ON o.id = m.organization_id
              WHERE m.user_id = person AND o.deleted_at IS NULL
                AND o.status IN ('active', 'closing')
              ORDER BY lower(o.name)
            $$"""

# Nobody reads "137 unread": counting ends where the bell says "99+".
_UNREAD = """, (SELECT count(*) FROM (
                SELECT 1 FROM organizations_notification n
                WHERE n.organization_id = o.id AND n.user_id = person AND n.read_at IS NULL
                LIMIT 100) unread)"""

_VISITS_HEAD = """CREATE FUNCTION visits_of_staff(person uuid, moment timestamptz)
            RETURNS TABLE (organization_id uuid, name varchar, slug varchar, timezone varchar,
                           status varchar, role varchar, membership_id uuid,
                           sees_all_brands boolean, visit_id uuid,
                           ends_at timestamptz{more_types})
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
              SELECT o.id, o.name, o.slug, o.timezone, o.status, m.role, m.id, m.sees_all_brands,
                     v.id, v.ends_at{more}
              FROM organizations_supportvisit v
              JOIN organizations_organization o ON o.id = v.organization_id
              JOIN organizations_membership m ON m.id = v.acts_as_id
              WHERE v.staff_id = person AND v.ended_at IS NULL AND v.ends_at > moment
                AND o.deleted_at IS NULL
            $$"""


class Migration(migrations.Migration):
    dependencies = [("organizations", "0003_open_people_keys_and_trails")]

    operations = [
        migrations.AddField(
            model_name="supportvisit",
            name="may_change",
            field=models.BooleanField(default=False),
        ),
        Door(
            "organizations_of_user(uuid)",
            _MINE_HEAD.format(unread_type=", unread bigint", unread=_UNREAD),
            reads=[
                "organizations_membership",
                "organizations_organization",
                "organizations_notification",
            ],
            instead_of=_MINE_HEAD.format(unread_type="", unread=""),
        ),
        Door(
            "visits_of_staff(uuid, timestamptz)",
            _VISITS_HEAD.format(
                more_types=", reason varchar, may_change boolean",
                more=", v.reason, v.may_change",
            ),
            reads=[
                "organizations_membership",
                "organizations_organization",
                "organizations_supportvisit",
            ],
            instead_of=_VISITS_HEAD.format(more_types="", more=""),
        ),
    ]
