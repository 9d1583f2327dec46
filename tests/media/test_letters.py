"""Text taken apart: what is kept together, what runs from the right, what is a link, what is left out."""

import unicodedata

import pytest

from app.media.text.letters import Kind, letters_of
from app.media.text.typefaces import IS_SHAPING, Face


@pytest.mark.skipif(not IS_SHAPING, reason="nothing joins the parts of an emoji here")
@pytest.mark.parametrize("emoji", ["👩‍👩‍👧‍👦", "🇩🇪", "1️⃣", "👍🏽", "❤️", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "☎", "🫠"])
def test_an_emoji_is_one_letter(emoji: str) -> None:
    (letter,) = letters_of(emoji)

    assert (letter.text, letter.face, letter.kind) == (emoji, Face.EMOJI, Kind.ALONE)


def test_the_parts_of_an_emoji_stand_side_by_side_where_nothing_joins_them() -> None:
    joined, apart = ["👍🏽", "1️⃣", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"], ["👍", "🏽", "1", "🏴"]

    letters = letters_of("👍🏽1️⃣🏴󠁧󠁢󠁳󠁣󠁴󠁿")

    assert [letter.text for letter in letters] == (joined if IS_SHAPING else apart)


@pytest.mark.parametrize("sign", ["©", "™", "1", "#", "↗", "☎\ufe0e", "✓"])
def test_a_sign_is_text_unless_it_says_that_it_is_an_emoji(sign: str) -> None:
    (letter,) = letters_of(sign)

    assert letter.face is not Face.EMOJI


def test_accents_stay_on_their_letter_and_are_few() -> None:
    (letter,) = letters_of("a" + "\u0302" * 5000)

    assert letter.text == "â" + "\u0302" * 6


def test_what_nobody_knows_is_not_left_out() -> None:
    assert [letter.text for letter in letters_of("a\u0378\ue000\U000f0000")] == ["a", "\u0378", "\ue000", "\U000f0000"]


def test_what_only_steers_is_left_out() -> None:
    assert "".join(letter.text for letter in letters_of("a\u202eb\u2066c\u200bd")) == "abcd"


def test_levels_are_those_of_the_bidirectional_algorithm() -> None:
    from_left = [letter.level for letter in letters_of("ab אב cd")]
    from_right = [letter.level for letter in letters_of("אב ab 12 אב")]

    assert from_left == [0, 0, 0, 1, 1, 0, 0, 0]
    assert from_right == [1, 1, 1, 2, 2, 2, 2, 2, 1, 1, 1]


def test_the_sign_of_a_tag_stays_before_it_in_text_from_the_right() -> None:
    assert [letter.level for letter in letters_of("אב #ab")] == [1, 1, 1, 2, 2, 2]


@pytest.mark.parametrize("tag", ["#ab", "#हिन्दी", "#ไทยน้ำใจ", "#می\u200cخواهم", "#ශ්\u200dරී", "@கண்ணன்"])
def test_a_tag_is_a_link_to_its_end_in_every_script(tag: str) -> None:
    linked = [letter.text for letter in letters_of(f"so {tag}. so") if letter.is_link]

    assert "".join(linked) == tag if IS_SHAPING else tag.replace("\u200c", "").replace("\u200d", "")


def test_the_choice_of_an_emoji_does_not_stick_to_the_tag_behind_it() -> None:
    assert [letter.text for letter in letters_of("❤️#ab") if letter.is_link] == ["#", "a", "b"]


@pytest.mark.parametrize("word", ["é", "최종본", "ガ"])
def test_what_came_taken_apart_is_put_together(word: str) -> None:
    apart = unicodedata.normalize("NFD", word)

    assert [letter.text for letter in letters_of(apart)] == list(word)
