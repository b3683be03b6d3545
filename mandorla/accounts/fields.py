"""How an account keeps the parameters of its passphrase."""

from django.db import models


class Parameters(models.JSONField):
    """Numbers by name. Without the column check of Django's: SQLite refuses it where the schema is not trusted."""

    def db_check(self, connection: object) -> None:
        return None
