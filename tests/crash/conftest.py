"""What can only be shown on SQLite, whose disk is the server's own, is collected only there."""

import os

collect_ignore = ["test_full_disk.py"] if "postgres" in os.environ.get("DATABASE_URL", "") else []
