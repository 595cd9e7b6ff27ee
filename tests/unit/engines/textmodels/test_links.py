"""What a link's spelling says: its parts each in their own words, never the domain itself, and no failure on any string."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.engines.textmodels import OnlineClassifier
from watchfloor.engines.textmodels.classifier import Options
from watchfloor.engines.textmodels.links import domain_of, features


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://login.Paypal.evil.co.uk/x", "evil.co.uk"), ("evil.com/x", "evil.com"), ("http://u@192.0.2.1:80/", "192.0.2.1"),
        ("http://3221225985/", "192.0.2.1"), ("http://[2001:db8::1]/x", "2001:db8::/64"), ("http://intranet/x", "intranet"), ("", ""),
    ],
)  # fmt: skip
def test_what_a_link_belongs_to(url: str, domain: str) -> None:
    assert domain_of(url) == domain


def test_its_parts_are_told_apart() -> None:
    found = features("http://login.paypal.secure-99.example.com/account/verify.php?id=1&next=x")
    assert {"scheme:http", "tld:com", "host:login", "host:paypal", "name:example", "path:account", "ending:php"} <= set(
        found
    )
    assert {"query:id", "query:next", "shape:deep2", "shape:query2", "shape:labels4"} <= set(found)
    assert "shape:address" in features("http://192.0.2.1/x") and "shape:user" in features("http://paypal.com@evil.com/")
    assert "shape:shortener" in features("https://bit.ly/x9") and "shape:bare" in features("example.com")


@given(st.text())
def test_any_string_has_features_each_once(url: str) -> None:
    found = features(url)
    assert len(found) == len(set(found)) > 0
    domain_of(url)


def test_a_model_of_links_learns_unlearns_and_is_stored() -> None:
    model = OnlineClassifier(Options(unsure=0.0), features)
    for number in range(60):
        model.learn(f"http://secure-login{number}.example{number}.tk/verify.php?id={number}", True)
        model.learn(f"https://www.shop{number}.com/about", False)
    assert (
        model.score("http://secure-login.other.tk/verify.php") > 0.8 > 0.2 > model.score("https://www.books.com/about")
    )
    assert any(
        part.weight > 0 and part.shown == "host secure"
        for part in model.explain("http://secure-login.other.tk/verify.php")
    )
    before = model.to_bytes()
    model.learn("http://x.tk/", False)
    model.unlearn("http://x.tk/", False)
    assert model.to_bytes() == before == OnlineClassifier.from_bytes(before, features).to_bytes()
