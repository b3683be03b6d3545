"""What can only be shown on PostgreSQL is collected only there."""

import os

collect_ignore = [] if "postgres" in os.environ.get("DATABASE_URL", "") else ["test_backups_postgres.py"]
