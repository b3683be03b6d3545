"""Static files under far-future names, those that a module imports included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Statics(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped
    """So that after an upgrade no page meets a module of the day before."""

    support_js_module_import_aggregation = True
