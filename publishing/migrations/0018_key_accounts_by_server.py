from django.db import migrations

# Servers of Mastodon count their accounts by themselves, so the number alone may be two accounts'.
NAME_SERVERS = """
UPDATE publishing_socialaccount
SET remote_id = split_part(server, '://', 2) || '/' || remote_id
WHERE platform = 'mastodon' AND server <> '' AND strpos(remote_id, '/') = 0
"""
# Refused by the unique key where two servers' accounts of one number live in a team since.
ONLY_NUMBERS = """
UPDATE publishing_socialaccount
SET remote_id = split_part(remote_id, '/', 2)
WHERE platform = 'mastodon' AND strpos(remote_id, '/') > 0
"""
# Whoever migrates owns the tables and is held to their policies; for this it steps out.
OUT = "ALTER TABLE publishing_socialaccount NO FORCE ROW LEVEL SECURITY;"
IN = ";ALTER TABLE publishing_socialaccount FORCE ROW LEVEL SECURITY;"


class Migration(migrations.Migration):
    dependencies = [("publishing", "0017_mail_reports_to_clients")]

    operations = [migrations.RunSQL(OUT + NAME_SERVERS + IN, OUT + ONLY_NUMBERS + IN)]
