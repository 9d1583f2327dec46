"""Read a page as a browser's parser would, strictly, and list what is wrong with it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_FIELDS = frozenset(("input", "select", "textarea"))


@dataclass
class Element:
    """An element that was opened."""

    tag: str
    attributes: dict[str, str]
    parents: tuple[str, ...]
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    @property
    def is_inert(self) -> bool:
        return "template" in self.parents


class Page(HTMLParser):
    """A page's elements in their order; `faults` has what is not nested or closed as it should be."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.faults: list[str] = []
        self._open: list[Element] = []
        self.feed(text)
        self.close()
        self.faults += [f"<{element.tag}> is never closed" for element in self._open]

    def all(self, *tags: str) -> list[Element]:
        """Return the elements of these kinds."""
        return [element for element in self.elements if element.tag in tags]

    @property
    def text(self) -> str:
        """Return what people read, each text on a line."""
        return "\n".join(element.text for element in self.elements if element.text.strip())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _value in attrs]
        self.faults += [f"<{tag}> has {name} twice" for name in sorted(set(names)) if names.count(name) > 1]
        parents = tuple(element.tag for element in self._open)
        element = Element(tag, {name: value or "" for name, value in attrs}, parents)
        self.elements.append(element)
        if self._open:
            self._open[-1].children.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1].tag != tag:
            self.faults.append(f"</{tag}> closes <{self._open[-1].tag if self._open else 'nothing'}>")
            return
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1].text += data


def fields_without_label(page: Page) -> list[str]:
    """Name the form fields that nothing labels: no <label> for or around them, no aria-label."""
    labelled = {label.attributes.get("for") for label in page.all("label")}
    return [
        f"{element.tag} {element.attributes}"
        for element in page.all(*_FIELDS)
        if element.attributes.get("type") != "hidden"
        and element.attributes.get("id", "") not in labelled
        and "label" not in element.parents
        and not element.attributes.get("aria-label")
    ]


def names_missing(page: Page) -> list[str]:
    """Name the links and buttons that a screen reader has no words for."""
    return [
        f"{element.tag} {element.attributes}"
        for element in page.all("a", "button")
        if not element.is_inert and not element.attributes.get("aria-label") and not _words(element).strip()
    ]


def _words(element: Element) -> str:
    alt = element.attributes.get("alt", "")
    return alt + element.text + "".join(_words(child) for child in element.children)
