"""Values -> HTML, every one of them escaped."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.model import Language
from monitor.web.catalogue import texts


def render(template: str, language: Language, **values: object) -> str:
    """One page in a language."""
    return _templates(language).get_template(template).render(values)


@cache
def _templates(language: Language) -> Environment:
    templates = Environment(
        loader=PackageLoader("monitor.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    templates.policies["ext.i18n.trimmed"] = True
    templates.install_gettext_translations(  # type: ignore[attr-defined]
        texts(language), newstyle=True
    )
    return templates
