#!/bin/sh
# Django's own deployment check, under production settings with throw-away secrets.
set -eu
python=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
umask 077
"$python" -c 'import base64, secrets; print(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())' > "$folder/master.key"
WARREN_SECRET_KEY=$("$python" -c 'import secrets; print(secrets.token_urlsafe(60))')
export WARREN_SECRET_KEY
export WARREN_MASTER_KEY_FILE="$folder/master.key"
export WARREN_HOSTS=app.example.com WARREN_BASE_URL=https://app.example.com
export WARREN_START_SERVICES=no DJANGO_SETTINGS_MODULE=config.settings.production
"$python" manage.py check --deploy --fail-level WARNING
