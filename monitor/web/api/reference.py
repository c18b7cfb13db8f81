"""OpenAPI -> the page that documents it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Described = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ParameterView:
    """One parameter of an address."""

    name: str
    form: str
    """``one of US, MX``"""
    usual: str
    told: str


@dataclass(frozen=True, slots=True)
class OperationView:
    """One thing that can be asked for."""

    method: str
    path: str
    told: str
    answers: str
    """Name of what it answers; empty if it has none."""
    parameters: tuple[ParameterView, ...]


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field of a form."""

    name: str
    form: str


@dataclass(frozen=True, slots=True)
class FormView:
    """One form of what is answered."""

    name: str
    told: str
    fields: tuple[FieldView, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """The whole API."""

    operations: tuple[OperationView, ...]
    forms: tuple[FormView, ...]


def reference(described: Described) -> Reference:
    """What the page shows of a description."""
    base = described["servers"][0]["url"]
    forms = described["components"]["schemas"]
    return Reference(
        tuple(
            _operation(method.upper(), base + path, told)
            for path, methods in described["paths"].items()
            for method, told in methods.items()
        ),
        tuple(_form(name, told) for name, told in forms.items()),
    )


def _operation(method: str, path: str, told: Described) -> OperationView:
    good = [v for k, v in told["responses"].items() if k.startswith("2")]
    schemas = [c.get("schema", {}) for r in good for c in r.get("content", {}).values()]
    return OperationView(
        method=method,
        path=path,
        told=told.get("description", ""),
        answers=next((_name(s) for s in schemas if "$ref" in s), ""),
        parameters=tuple(map(_parameter, told.get("parameters", ()))),
    )


def _parameter(told: Described) -> ParameterView:
    schema = told["schema"]
    usual = schema.get("default", "")
    about = told.get("description") or ("in the path" if told["in"] == "path" else "")
    return ParameterView(told["name"], _written(schema), str(usual), about)


def _form(name: str, told: Described) -> FormView:
    properties = told.get("properties", {})
    return FormView(
        name,
        told.get("description", ""),
        tuple(FieldView(field, _written(of)) for field, of in properties.items()),
    )


def _written(schema: Described) -> str:
    """``string or null``, ``list of Pickup``, ``one of US, MX``"""
    if "$ref" in schema:
        return _name(schema)
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(map(_written, schema["anyOf"])))
    if "enum" in schema:
        return "one of " + ", ".join(str(each) for each in schema["enum"] if each)
    if "const" in schema:
        return str(schema["const"])
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {_written(schema.get('items', {}))}"
    return " ".join((str(kind), *_bounds(schema)))


def _bounds(schema: Described) -> Iterator[str]:
    if "format" in schema:
        yield f"({schema['format']})"
    if "minimum" in schema and "maximum" in schema:
        yield f"from {schema['minimum']} to {schema['maximum']}"


def _name(schema: Described) -> str:
    return str(schema["$ref"]).rpartition("/")[2]
