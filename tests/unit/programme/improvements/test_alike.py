"""What says the same in other words is found, what speaks of something else on the same page is not."""

from __future__ import annotations

from watchfloor.programme.improvements.domain.alike import Said, near

OTHERS = [
    Said(
        "copy", "I have to copy the account id into the search by hand for every linked case", "review-work", "spam.en"
    ),
    Said("blur", "Images stay blurred after I hold the space bar", "review-work", "hate.en"),
    Said("sort", "The queue list cannot be sorted by due time", "queues"),
    Said("empty", ""),
]


def keys(text: str, **place: str) -> list[str]:
    return [key for key, _like in near(Said("new", text, **place), OTHERS)]


def test_near_suggestions_are_found_in_other_words() -> None:
    assert keys("Copying account ids by hand into search for linked cases takes ages") == ["copy"]
    assert keys("i have to COPY the account id into the search, by hand, for every linked case!")[0] == "copy"
    assert keys("After holding the space bar the images are still blurred", page="review-work") == ["blur"]


def test_another_thing_on_the_same_page_is_another_thing() -> None:
    assert keys("Make the policy tree remember what I opened last", page="review-work", queue="spam.en") == []
    assert keys("…") == []
    assert near(Said("new", "one alone"), []) == []
