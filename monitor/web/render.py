"""Values -> HTML, every one of them escaped."""

from jinja2 import Environment, PackageLoader, StrictUndefined

_templates = Environment(
    loader=PackageLoader("monitor.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(template: str, **values: object) -> str:
    """One page."""
    return _templates.get_template(template).render(values)


def _untranslated(text: str, **values: object) -> str:
    return text % values


_templates.globals["_"] = _untranslated
