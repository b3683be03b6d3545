"""Wrong tries, counted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_person")]

    operations = [
        migrations.CreateModel(
            name="Throttle",
            fields=[
                ("digest", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("tries", models.PositiveIntegerField()),
                ("until", models.DateTimeField()),
                ("day", models.DateField()),
            ],
            options={
                "indexes": [models.Index(fields=["day"], name="throttles_of_a_day")],
            },
        ),
    ]
