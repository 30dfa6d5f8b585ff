"""The register's migrations, carried by Alembic; each is written out, none is derived from the present schema."""
