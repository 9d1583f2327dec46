"""The forms that ask for outputs: what stands in them, and how they come back."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from app.jobs.outputs import OUTPUTS
from app.models import Output
from app.web.forms.fields import Kind
from app.web.forms.outputs import FORMS
from tests.web.markup import Element, Page
from tests.web.site import BROWSER, Visitor, add_ready_video

FORM = {"output": "thumbnail", "t": "1.5", "width": "320", "height": "180", "fit": "fill", "format": "png"}
MADE = [form for form in FORMS if form.output in OUTPUTS]


def form_of(text: str, output: Output) -> dict[str, str]:
    """Read what a browser would send of a form as it stands; of two fields of one name the first counts."""
    sent: dict[str, str] = {}
    current = ""
    for element in Page(text).elements:
        if element.tag == "form":
            current = ""
        if element.attributes.get("name") == "output":
            current = element.attributes["value"]
        if current == output.value and element.attributes.get("name") and is_sent(element):
            sent.setdefault(element.attributes["name"], value_of(element))
    return sent


def is_sent(element: Element) -> bool:
    kind = element.attributes.get("type")
    return element.tag in ("input", "select") and (kind not in ("radio", "checkbox") or "checked" in element.attributes)


def value_of(element: Element) -> str:
    if element.tag != "select":
        return element.attributes.get("value", "")
    chosen = [one for one in element.children if "selected" in one.attributes] or element.children
    return chosen[0].attributes["value"]


@pytest.mark.parametrize("form", MADE, ids=lambda form: form.output.value)
def test_a_form_that_is_sent_as_it_stands_makes_something(client: Visitor, form: object) -> None:
    add_ready_video(client)
    sent = form_of(client.page("/videos/1"), form.output)  # type: ignore[attr-defined]

    answer = client.post("/videos/1/outputs", data=sent, headers=BROWSER)

    assert answer.status_code == 303
    job = client.get("/jobs/thumbnails/1").get_json()
    assert job["output"] == form.output  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", [form for form in MADE if form.output is not Output.THUMBNAIL], ids=str)
def test_a_form_that_is_sent_as_it_stands_asks_for_what_is_usual(client: Visitor, form: object) -> None:
    add_ready_video(client)
    sent = form_of(client.page("/videos/1"), form.output)  # type: ignore[attr-defined]
    preset = {"preset": sent["preset"]} if "preset" in sent else {}

    client.post("/videos/1/outputs", data=sent, headers=BROWSER)
    again = client.post("/videos/1/outputs", json={"output": sent["output"], **preset})

    assert (again.status_code, again.get_json()["id"]) == (200, 1)


def test_every_output_that_can_be_made_has_a_form() -> None:
    assert {form.output for form in FORMS} >= set(OUTPUTS)


def test_every_choice_of_a_form_has_words() -> None:
    without = [
        field.name
        for form in FORMS
        for field in form.all_fields
        if field.kind in (Kind.PICK, Kind.CHOICE) and not all(word for _value, word in field.choices)
    ]

    assert without == []


def test_a_form_leads_back_to_what_was_made(client: Visitor) -> None:
    add_ready_video(client)

    answer = client.post("/videos/1/outputs", data=FORM, headers=BROWSER)

    address = urlsplit(answer.headers["Location"])
    assert (answer.status_code, address.path, address.fragment) == (303, "/videos/1", "outputs")
    assert dict(parse_qsl(address.query)) == FORM
    assert client.get("/jobs/thumbnails/1").get_json()["options"] == {"t": "1.5", "fit": "fill", "format": "png"}


@pytest.mark.parametrize(
    ("field", "value"), [("t", '"><script>'), ("width", "wide"), ("height", "0"), ("height", "1_0"), ("count", "x")]
)
def test_a_form_comes_back_with_the_fault_at_its_field(read_only_client: Visitor, field: str, value: str) -> None:
    answer = read_only_client.post("/videos/1/outputs", data={**FORM, field: value}, headers=BROWSER)

    assert (answer.status_code, answer.mimetype) == (400, "text/html")
    assert f'aria-describedby="thumbnail-{field}-note"' in answer.text
    assert f'<p class="error" id="thumbnail-{field}-note">' in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize("field", ["fit", "format"])
def test_a_form_says_what_is_wrong_with_a_choice_too(read_only_client: Visitor, field: str) -> None:
    answer = read_only_client.post("/videos/1/outputs", data={**FORM, field: "none"}, headers=BROWSER)

    assert answer.status_code == 400
    assert f"{field.capitalize()} is not one of" in answer.text


def test_a_form_tells_every_fault_at_once(read_only_client: Visitor) -> None:
    faults = {"t": "noon", "width": "wide", "height": "0"}

    answer = read_only_client.post("/videos/1/outputs", data={**FORM, **faults}, headers=BROWSER)

    assert [f'<p class="error" id="thumbnail-{field}-note">' in answer.text for field in faults] == [True] * 3
    assert all(said in answer.text for said in ("Position cannot be read", "Width must be", "Height must be"))


def test_a_fault_among_the_folded_options_unfolds_them(read_only_client: Visitor) -> None:
    answer = read_only_client.post("/videos/1/outputs", data={**FORM, "count": "many"}, headers=BROWSER)

    opened = [one for one in Page(answer.text).all("details") if "open" in one.attributes]
    assert [one.attributes["class"] for one in opened] == ["fold", "more"]


def test_a_fault_of_no_field_stands_above_them(read_only_client: Visitor) -> None:
    answer = read_only_client.post("/videos/1/outputs", data={**FORM, "colour": "red"}, headers=BROWSER)

    assert answer.status_code == 400
    assert '<p class="error">' in answer.text


def test_the_form_with_the_fault_is_the_one_that_is_open(read_only_client: Visitor) -> None:
    form = {"output": "contact_sheet", "columns": "none", "rows": "7"}

    answer = read_only_client.post("/videos/1/outputs", data=form, headers=BROWSER)

    folds = [one for one in Page(answer.text).all("details") if one.attributes["class"] == "fold"]
    assert [one.attributes["id"] for one in folds if "open" in one.attributes] == ["make-contact_sheet"]
    assert form_of(answer.text, Output.CONTACT_SHEET).items() >= form.items()


@pytest.mark.parametrize("form", ["outputs", "poster"])
def test_a_form_that_was_refused_is_the_videos_page_when_loaded_again(read_only_client: Visitor, form: str) -> None:
    answer = read_only_client.get(f"/videos/1/{form}", headers=BROWSER)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/videos/1")


@pytest.mark.parametrize("output", ["", "film", "poster' OR 1"])
def test_a_form_of_nothing_is_refused(read_only_client: Visitor, output: str) -> None:
    answer = read_only_client.post("/videos/1/outputs", data={"output": output}, headers=BROWSER)

    assert (answer.status_code, answer.mimetype) == (400, "text/html")


def test_a_form_keeps_what_was_asked_last(read_only_client: Visitor) -> None:
    page = read_only_client.get("/videos/1", query_string={**FORM, "width": "123"}, headers=BROWSER)

    assert form_of(page.text, Output.THUMBNAIL).items() >= {**FORM, "width": "123"}.items()


def test_a_form_comes_back_with_what_was_written(read_only_client: Visitor) -> None:
    answer = read_only_client.post("/videos/1/outputs", data={**FORM, "width": "wide"}, headers=BROWSER)

    assert form_of(answer.text, Output.THUMBNAIL).items() >= {**FORM, "width": "wide"}.items()


def test_a_preset_fills_the_form_in(read_only_client: Visitor) -> None:
    links = [one for one in Page(read_only_client.page("/videos/1")).all("a") if one.text == "Banner"]

    filled = form_of(read_only_client.page(links[0].attributes["href"].partition("#")[0]), Output.THUMBNAIL)

    assert (filled["width"], filled["height"], filled["fit"]) == ("1280", "320", "fill")


def test_a_box_that_is_not_ticked_is_sent_as_no(client: Visitor) -> None:
    add_ready_video(client)

    client.post("/videos/1/outputs", data={"output": "contact_sheet", "header": "false"}, headers=BROWSER)

    assert client.get("/jobs/thumbnails/1").get_json()["options"]["header"] is False


def test_a_still_picture_has_the_forms_that_make_sense_for_it(client: Visitor) -> None:
    add_ready_video(client, kind="image")

    text = client.page("/videos/1")

    assert "make-thumbnail" in text and "make-storyboard" not in text and "thumbnail-t" not in text


def test_a_form_cannot_be_sent_for_a_video_that_is_not_there(read_only_client: Visitor) -> None:
    answer = read_only_client.post("/videos/99/outputs", data=FORM, headers=BROWSER)

    assert (answer.status_code, answer.mimetype) == (404, "text/html")


def test_presets_are_called_as_people_write(read_only_client: Visitor) -> None:
    words = {one.text for one in Page(read_only_client.page("/videos/1")).all("a")}

    assert words >= {"Player kit", "Contact sheet", "Card", "720p"}


def test_several_formats_are_asked_for_beside_the_usual_one(client: Visitor) -> None:
    add_ready_video(client)
    sent = form_of(client.page("/videos/1"), Output.THUMBNAIL)

    answer = client.post("/videos/1/outputs", data={**sent, "formats": "avif, jpg"}, headers=BROWSER)

    assert answer.status_code == 303
    assert client.get("/jobs/thumbnails/1").get_json()["options"]["formats"] == ["avif", "jpg"]


def test_two_fields_that_say_the_same_are_refused_by_their_labels(read_only_client: Visitor) -> None:
    answer = read_only_client.post("/videos/1/outputs", data={**FORM, "positions": "1, 2"}, headers=BROWSER)

    assert answer.status_code == 400
    assert "Either Position or Positions says which moments, not both." in answer.text
    assert 'id="thumbnail-t-note"' in answer.text


def test_a_form_that_is_refused_is_in_sight(read_only_client: Visitor) -> None:
    forms = {one.attributes["action"] for one in Page(read_only_client.page("/videos/1")).all("form")}

    assert {f"/videos/1/outputs#make-{form.output}" for form in MADE} | {"/videos/1/poster#poster-own"} <= forms


def test_what_is_not_made_of_a_picture_is_said(client: Visitor) -> None:
    add_ready_video(client, kind="image")

    answer = client.post("/videos/1/outputs", data={"output": "storyboard"}, headers=BROWSER)

    assert answer.status_code == 400
    assert "this is a picture, and a storyboard is made of a video" in answer.text
