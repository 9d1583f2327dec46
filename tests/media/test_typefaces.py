"""The typefaces that come with the program: each script has one, and the letters come out right."""

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.media.text import typefaces
from app.media.text.coverage import Coverage
from app.media.text.lettering import Lettering
from app.media.text.letters import letters_of
from app.media.text.typefaces import IS_SHAPING, Face, face_of, font

FONTS = Path(typefaces.__file__).parent / "fonts"
SAMPLES = {
    "Latin": "Ünïcode Ďżęñ",
    "Greek": "Ταινία",
    "Cyrillic": "Фильм",
    "Arabic": "فيلم العائلة گچ",
    "Urdu": "ہندوستان ٹیلی ویژن",
    "Uyghur": "ئۇيغۇرچە",
    "Pashto": "پښتو",
    "Sindhi": "سنڌي",
    "Hebrew": "סרט משפחתי",
    "Armenian": "Հայերեն",
    "Georgian": "ქართული",
    "Devanagari": "हिन्दी क्षत्रिय १२",
    "Bengali": "বাংলা চলচ্চিত্র",
    "Gurmukhi": "ਪੰਜਾਬੀ",
    "Gujarati": "ગુજરાતી",
    "Oriya": "ଓଡ଼ିଆ",
    "Tamil": "தமிழ்",
    "Telugu": "తెలుగు",
    "Kannada": "ಕನ್ನಡ",
    "Malayalam": "മലയാളം",
    "Sinhala": "සිංහල",
    "Thai": "ภาพยนตร์ น้ำใจ",
    "Lao": "ຮູບເງົາລາວ",
    "Khmer": "ភាសាខ្មែរ",
    "Myanmar": "မြန်မာဘာသာ",
    "Ethiopic": "አማርኛ",
    "Thaana": "ދިވެހި",
    "Chinese": "简体中文繁體",
    "Japanese": "ひらがなカタカナ会議",
    "Korean": "한국어",
    "emoji": "😀🫠❤️🇩🇪",
}


@pytest.mark.parametrize("is_bold", [False, True], ids=["plain", "bold"])
@pytest.mark.parametrize("text", SAMPLES.values(), ids=SAMPLES.keys())
def test_every_script_has_a_typeface(text: str, is_bold: bool) -> None:
    letters = letters_of(text, is_bold=is_bold)

    boxes = [letter.text for letter in letters if not all(map(letter.face.has, letter.text.strip("\ufe0f")))]
    assert boxes == []


def test_what_no_typeface_has_is_a_box() -> None:
    assert _ink("\U000f0000") == _ink("\U0010fffd") != _ink("ア")
    assert face_of("\U000f0000") is Face.WORLD


@pytest.mark.skipif(not IS_SHAPING, reason="nothing puts letters together here")
@pytest.mark.parametrize(("text", "parts"), [("क्ष", "क ष"), ("ကြ", "က ရ"), ("لا", "ل ا"), ("கொ", "க ொ")])
def test_letters_go_together_as_their_script_wants_it(text: str, parts: str) -> None:
    first, second = parts.split()
    face = face_of(text[0])

    assert font(face, 64).getlength(text) != font(face, 64).getlength(first) + font(face, 64).getlength(second)


def test_a_letter_and_its_marks_are_drawn_by_one_typeface() -> None:
    assert face_of("e") is Face.TEXT
    assert face_of("e\u0320") is Face.WORLD
    assert face_of("न\u200d") is Face.DEVANAGARI


def test_an_arabic_word_is_drawn_by_one_typeface() -> None:
    assert {letter.face for letter in letters_of("فيلم ہندوستان پښتو گچ".replace(" ", ""))} == {Face.ARABIC}


def test_a_letter_that_has_no_bold_is_not_lost() -> None:
    plain = Coverage((FONTS / Face.WORLD.value).read_bytes())
    bold = Coverage((FONTS / Face.WORLD_BOLD.value).read_bytes())
    missing = next(chr(code) for code in range(0x2190, 0x1_F000) if code in plain and code not in bold)

    assert face_of(missing, is_bold=True) is face_of(missing)


@pytest.mark.parametrize("face", [Face.TEXT, Face.DEVANAGARI])
def test_what_a_font_does_not_have_is_not_said_to_be_there(face: Face) -> None:
    covered = Coverage((FONTS / face.value).read_bytes())

    assert [code in covered for code in (0x4E00, 0xFFFF, 0x10FFFF)] == [False, False, False]


def test_every_font_is_in_the_readme_with_its_hash() -> None:
    readme = (FONTS / "README.md").read_text(encoding="utf-8")

    files = [path for path in FONTS.iterdir() if path.suffix in (".ttf", ".otf")]
    untold = [path.name for path in files if f"`{sha256(path.read_bytes()).hexdigest()}`" not in readme]
    assert {path.name for path in files} == {face.value for face in Face}
    assert untold == []


def _ink(text: str) -> bytes:
    image = Image.new("RGB", (60, 40))
    Lettering(20).draw(image, (10, 5), text, (255, 255, 255))
    return np.asarray(image).tobytes()
