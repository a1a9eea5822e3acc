"""What `manage.py bench` measures: one part a file, in a database and processes of its own."""
