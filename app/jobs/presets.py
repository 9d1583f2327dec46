"""Presets: named options, ours and an operator's, and the one way from what somebody sent to a wish."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from app.errors import InvalidRequest, SettingsError
from app.jobs.options.wish import Wish
from app.jobs.outputs import OUTPUTS
from app.models import Output

_OURS = Path(__file__).with_name("presets.toml")
_MAX_NAME = 40


@dataclass(frozen=True, slots=True)
class Preset:
    """Options of one output under a name."""

    name: str
    output: Output
    options: Mapping[str, Any]


class Presets:
    """All presets, by name. An operator's replaces ours of the same name."""

    def __init__(self, presets: Mapping[str, Preset]) -> None:
        self._presets = presets

    @classmethod
    def read(cls, more: Path | None = None) -> Self:
        """Read ours and those of one more file. Raises SettingsError naming PRESETS_FILE where it cannot be used."""
        found = _read(_OURS)
        if more is not None:
            try:
                found |= _read(more)
            except (OSError, ValueError) as err:
                raise SettingsError(f"PRESETS_FILE: {more} cannot be used: {err}") from err
        return cls(found)

    def __iter__(self) -> Iterator[Preset]:
        return iter(self._presets.values())

    def read_wish(self, sent: Mapping[str, Any]) -> Wish:
        """Read what somebody wants: an `output`, or the name of a `preset`, and options, which go before the preset's.

        Raises InvalidRequest and InvalidOptions, naming the field at fault.
        """
        options = dict(sent)
        # A rendition has presets of its own, which only say how it is encoded.
        output, name = options.pop("output", None), options.get("preset")
        if output is not None:
            return OUTPUTS[_output(output)].read(options)
        if name is None:
            raise InvalidRequest(f"output is missing: one of {', '.join(OUTPUTS)}, or a preset.", field="output")
        del options["preset"]
        preset = self._presets.get(str(name))
        if preset is None:
            raise InvalidRequest(f"preset is not one of {', '.join(self._presets)}.", field="preset")
        wish = OUTPUTS[preset.output].read({**preset.options, **options})
        return replace(wish, preset=preset.name)


def _read(path: Path) -> dict[str, Preset]:
    found = {}
    for name, options in tomllib.loads(path.read_text(encoding="utf-8")).items():
        if not isinstance(options, dict) or len(name) > _MAX_NAME:
            raise ValueError(f"[{name}] is not a table of options under a name of at most {_MAX_NAME} characters.")
        try:
            preset = Preset(name, _output(options.pop("output", "")), options)
            OUTPUTS[preset.output].read(preset.options)
        except InvalidRequest as err:
            raise ValueError(f"[{name}]: {err.message}") from err
        found[name] = preset
    return found


def _output(word: object) -> Output:
    try:
        output = Output(str(word))
    except ValueError:
        output = None
    if output is None or output not in OUTPUTS:
        raise InvalidRequest(f"output is not one of {', '.join(OUTPUTS)}.", field="output")
    return output
