"""What a form is made of. Whoever knows these few kinds of fields can render every form."""

from dataclasses import dataclass
from enum import StrEnum

from app.models import Output

# What may be chosen, as (what is sent, what people read).
Choices = tuple[tuple[str, str], ...]


class Kind(StrEnum):
    """How a field is filled in."""

    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"  # one of several words
    PICK = "pick"  # one of a few short words, all in sight
    SWITCH = "switch"
    COLOUR = "colour"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One option. `default` is what the form begins with; None stands for the option's own default.

    Two that are `is_half` stand beside each other. `only` is the kind of source that it makes sense for.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    hint: str = ""
    placeholder: str = ""
    choices: Choices = ()
    default: str | None = None
    is_half: bool = False
    is_position: bool = False
    unit: str = ""
    only: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The form of one output. `says` is what one gets, in a few words; `deed` is on its button.

    `more` is what few people change.
    """

    output: Output
    title: str
    says: str
    deed: str
    fields: tuple[Field, ...]
    more: tuple[Field, ...] = ()
    is_for_images: bool = False

    @property
    def all_fields(self) -> tuple[Field, ...]:
        return (*self.fields, *self.more)


@dataclass(frozen=True, slots=True)
class FilledField:
    """A field with what stands in it, and what is wrong with that."""

    id: str
    field: Field
    value: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledForm:
    """A form on a page. `error` is what is wrong with the whole of it; `presets` are (name, address)."""

    form: Form
    fields: list[FilledField]
    more: list[FilledField]
    error: str
    is_open: bool
    is_more_open: bool
    presets: list[tuple[str, str]]
