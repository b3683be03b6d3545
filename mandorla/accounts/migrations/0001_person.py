"""People with an account."""

from django.db import migrations, models

import mandorla.accounts.fields
import mandorla.vault.core.keys
import mandorla.vault.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("id", models.UUIDField(default=mandorla.vault.core.keys.new_id, primary_key=True, serialize=False)),
                ("name_digest", models.BinaryField(max_length=32, unique=True)),
                ("salt", models.BinaryField(max_length=16)),
                ("kdf", mandorla.accounts.fields.Parameters()),
                ("x25519", models.BinaryField(max_length=32)),
                ("ed25519", models.BinaryField(max_length=32)),
                ("personal", models.UUIDField(unique=True)),
                ("name", mandorla.vault.fields.SealedField()),
                ("revision", models.PositiveIntegerField(default=1)),
                ("idle_minutes", models.PositiveSmallIntegerField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("new", "New"), ("settled", "Settled"), ("closed", "Closed")],
                        default="new",
                        max_length=8,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
    ]
