"""What pydantic says about a file, in words for the person who wrote it, at the place where it stands."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kb.model import Fault, Span
from kb.nearest import nearest

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

    from kb.reading.front_matter import Places

_PLAIN = {
    "string_type": "is not text",
    "string_too_short": "is empty",
    "list_type": "is not a list",
    "too_short": "is empty",
    "dict_type": "is not a mapping of names to texts",
    "date_type": "is not a date",
    "date_from_datetime_parsing": "is not a date",
    "date_parsing": "is not a date",
    "model_type": "is not a group of fields",
    "model_attributes_type": "is not a group of fields",
}
_MEND = {
    "string_type": "write it in quotes",
    "string_too_short": "fill it in or remove the field",
    "list_type": "write `[one, two]`, or one item per line, each after `- `",
    "too_short": "name at least one",
    "dict_type": "write one `name: text` per line, indented",
    "date_type": "write it as 2026-11-22, without quotes and without a time",
    "date_from_datetime_parsing": "write it as 2026-11-22",
    "date_parsing": "write it as 2026-11-22",
}
_LONGEST_SHOWN = 60


def explain(
    error: ValidationError, schema: type[BaseModel], above: tuple[str, ...], places: Places, fallback: Span
) -> Iterator[Fault]:
    """One fault for each thing that does not fit `schema`; `above` is where the data stands in its file."""
    for detail in error.errors(include_url=False):
        inner = tuple(str(part) for part in detail["loc"] if part != "[key]")
        path = (*above, *inner)
        span = next((places[path[:n]] for n in range(len(path), -1, -1) if path[:n] in places), fallback)
        field, kind = ".".join(inner) or "the entry", detail["type"]
        if kind == "extra_forbidden":
            known = nearest(inner[-1], schema.model_fields)
            names = ", ".join(schema.model_fields)
            hint = f"did you mean `{known}`?" if known else f"the fields are {names}"
            yield Fault(f"there is no field '{inner[-1]}'", span, hint)
        elif kind == "missing":
            yield Fault(f"the field '{inner[-1]}' is missing", span, f"add `{inner[-1]}: ...`")
        elif detail["input"] is None:
            expected = detail.get("ctx", {}).get("expected")
            hint = f"it is one of {expected}" if expected else "fill it in"
            yield Fault(f"the field '{field}' is empty", span, hint)
        elif kind in ("literal_error", "enum"):
            expected = detail.get("ctx", {}).get("expected", "")
            yield Fault(f"'{field}' cannot be {_shown(detail['input'])}", span, f"it is one of {expected}")
        else:
            message = _PLAIN.get(kind, detail["msg"][:1].lower() + detail["msg"][1:])
            yield Fault(f"'{field}' {message}", span, _MEND.get(kind))


def _shown(value: object) -> str:
    """A value as a message shows it, as far as it is a plain one and short."""
    if isinstance(value, int) and abs(value) >= 10**_LONGEST_SHOWN:  # Python refuses to write out very long ones
        return "this"
    plain = isinstance(value, str | int | float | datetime.date)
    return f"'{value}'" if plain and len(str(value)) <= _LONGEST_SHOWN else "this"
