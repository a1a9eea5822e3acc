-- The four roles of Warren, safe to run again and again.
--
-- The embedded server runs this at every start. On a server of your own run it once as a superuser,
-- give the three login roles passwords, then create the database:
--
--   psql -d postgres -f config/roles.sql
--   psql -d postgres -c '\password warren_owner'      (the same for warren_app, warren_operator)
--   createdb --owner warren_owner warren
--   psql -d warren -c 'CREATE EXTENSION IF NOT EXISTS vector'
--
-- warren_owner     owns the tables and migrates them; row-level security is forced on it too
-- warren_app       what the web and the workers are: owns nothing, bypasses nothing
-- warren_operator  the admin and commands that say why: sees every organization
-- warren_dispatch  nobody logs in as it; owns the few narrow functions that sweepers call

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['warren_owner', 'warren_app', 'warren_operator', 'warren_dispatch'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      EXECUTE format('CREATE ROLE %I', name);
    END IF;
  END LOOP;
END $$;

-- CREATEDB is for the test database alone; take it away where no tests run.
ALTER ROLE warren_owner LOGIN NOSUPERUSER NOCREATEROLE CREATEDB NOBYPASSRLS;
ALTER ROLE warren_app LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS;
ALTER ROLE warren_operator LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB BYPASSRLS;
ALTER ROLE warren_dispatch NOLOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB BYPASSRLS;

-- The owner hands functions over to dispatch, and may stand in for the two other roles.
GRANT warren_dispatch, warren_app, warren_operator TO warren_owner WITH INHERIT FALSE, SET TRUE;
