"""The migrations, one file a schema version; `store/migrate.py` runs them."""
