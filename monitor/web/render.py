"""Values -> HTML, every one of them escaped."""

from collections.abc import Callable
from functools import cache
from gettext import NullTranslations

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from monitor.model import Language
from monitor.web.catalogue import texts


def render(template: str, language: Language, **values: object) -> Markup:
    """One page, or a part of one, in a language."""
    html = _templates(language).get_template(template).render(values)
    return Markup(html)  # noqa: S704 - made by a template


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
    said = _gettext(texts(language))
    templates.globals.update({"gettext": said, "_": said})
    return templates


def _gettext(translations: NullTranslations) -> Callable[..., Markup]:
    """As Jinja's own, but that each text is looked up once: a story's page says 350."""

    @cache
    def known(message: str) -> Markup:
        return Markup(translations.gettext(message))  # noqa: S704 - texts of ours

    @cache
    def bare(message: str) -> Markup:
        return known(message) % {}

    def gettext(message: str, **variables: object) -> Markup:
        return known(message) % variables if variables else bare(message)

    return gettext
