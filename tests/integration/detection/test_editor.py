"""What the editor asks: problems, completions, help, trying a draft, the form both ways, new rules. Nothing of it stores anything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.lake import NOON, event, fresh
from tests.support.rules import HEAD, text_of_rule

from watchfloor.detection.editing import drafts, templates, vocabulary
from watchfloor.detection.models import RuleFile
from watchfloor.detection.ruleset import compile_sources
from watchfloor.intake import lake
from watchfloor.kernel import clock, ids
from watchfloor.kernel.remembered import forget_all

if TYPE_CHECKING:
    from django.test import Client
    from tests.support.rules import Rules

MAIN = HEAD + text_of_rule("Bad")


@pytest.fixture
def ask(rules: Rules, sign_in: Callable[..., Client]) -> Callable[..., Any]:
    """``ask("check", path=..., text=...)`` as an author; the decoded JSON."""
    rules.add("Bad")
    vocabulary.forget()
    client = sign_in()

    def ask_(what: str, status: int = 200, **body: Any) -> Any:
        answer = client.post(
            f"/rules/{what}", {"path": "main.sml", **body}, content_type="application/json", HTTP_ACCEPT="application/json"
        )  # fmt: skip
        assert answer.status_code == status, answer.content
        return answer.json() if answer["Content-Type"].startswith("application/json") else answer.content.decode()

    return ask_


ADDRESSES = ("check", "complete", "hover", "try", "format", "form", "form/text", "changes")


@pytest.mark.parametrize("address", ADDRESSES)
def test_only_those_who_may_see_rules_ask(sign_in: Callable[..., Client], address: str) -> None:
    body = {"path": "main.sml", "text": ""}
    assert sign_in("floor.view").post(f"/rules/{address}", body, content_type="application/json").status_code == 403
    assert sign_in("rule.view").get(f"/rules/{address}").status_code == 405
    bad = sign_in("rule.view").post(
        f"/rules/{address}", b"{", content_type="application/json", HTTP_ACCEPT="application/json"
    )
    assert bad.status_code == 422 and "error" in bad.json()


def test_problems_come_with_place_length_and_hint(ask: Callable[..., Any]) -> None:
    assert ask("check", text=MAIN) == {"problems": [], "rules": ["Bad"], "runs": True}
    found = ask("check", text=MAIN + "Shop = Rule(when_all=[Txt == 'ü'], description='x')\n")
    assert found["rules"] == ["Bad", "Shop"]
    (problem,) = found["problems"]
    assert (problem["line"], problem["column"], problem["length"], problem["level"]) == (6, 23, 3, "error")
    assert "Did you mean `Text`?" in problem["hint"]
    assert RuleFile.objects.get().text == MAIN


def test_what_is_probably_not_meant_is_a_warning(ask: Callable[..., Any]) -> None:
    never = "Never = Rule(when_all=[Text == 'a', Text == 'b'], description='x')\n"
    (problem,) = ask("check", text=MAIN + never)["problems"]
    assert (problem["level"], problem["line"]) == ("warning", 6)
    assert "never fire" in problem["message"]


def test_a_threshold_outside_of_what_was_seen_is_a_warning(
    ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = MAIN + "Age: int = JsonData(path='$.item.data.age')\nOld = Rule(when_all=[Age > 900], description='x')\n"
    fresh(monkeypatch, tmp_path)
    lake.write([event(number, {"text": "hi", "age": number}) for number in range(60)])
    with clock.at(NOON + timedelta(hours=1)):
        forget_all()
        assert ask("check", text=text)["problems"] == []  # sixty events say nothing
        monkeypatch.setattr(drafts, "FEWEST", 10)
        forget_all()
        (problem,) = ask("check", text=text)["problems"]
    assert problem["level"] == "warning" and "0 and 59" in problem["message"]


def test_a_draft_is_judged_in_the_whole_set(ask: Callable[..., Any]) -> None:
    found = ask("check", path="other.sml", text="Text = 'x'\n")
    assert any("twice" in each["message"] for each in found["problems"])
    assert ask("check", path="other.sml", text="Other = 1\n")["runs"] is False


def test_completions_know_the_floor(rules: Rules, ask: Callable[..., Any]) -> None:
    rules.report(*rules.item("cheap pills"))
    text = "A: str = JsonData(path='"
    found = ask("complete", text=text, offset=len(text))["completions"]
    labels = {item["label"]: item for item in found["items"]}
    assert found["start"] == len(text)
    assert "cheap pills" in labels["$.item.data.text"]["doc"] and labels["$.item.market"]["detail"] == "str"
    text = "WhenRules(rules_any=[Bad], then=[SendToReview(policy='"
    found = ask("complete", text=text, offset=len(text))
    assert "spam" in [item["label"] for item in found["completions"]["items"]]
    assert [each["name"] for each in found["signature"]["arguments"] if each["here"]] == ["policy"]


def test_values_of_items_one_may_not_see_are_not_offered(rules: Rules, sign_in: Callable[..., Client]) -> None:
    rules.report(*rules.item("a secret of the US"))
    vocabulary.forget()
    text = "A: str = JsonData(path='"
    body = {"path": "main.sml", "text": text, "offset": len(text)}
    for markets, seen in ((["US"], True), (["DE"], False)):
        client = sign_in("rule.view", "case.view", markets=markets)
        page = client.post("/rules/complete", body, content_type="application/json").content.decode()
        assert ("a secret of the US" in page) is seen


def test_help_on_a_word(ask: Callable[..., Any]) -> None:
    found = ask("hover", text=MAIN, offset=2)
    assert found["title"] == "Text: str"
    assert ask("hover", text="", offset=0) is None


def test_a_draft_is_tried_on_an_item_and_on_an_event(rules: Rules, ask: Callable[..., Any]) -> None:
    item, version = rules.item("shop now")
    rules.report(item, version)
    draft = MAIN + "Shop = Rule(when_all=[TextContains(phrase='shop', text=Text)], description='x')\n"
    page = ask("try", text=draft, item=ids.encode("itm", item.pk))
    assert page.index("Silent") < page.index("Fires") and "shop now" in page
    page = ask("try", text=draft, event='{"item": {"data": {"text": "bad"}}}')
    assert page.index("Fires") < page.index("Silent")
    assert "Choose an item" in ask("try", text=draft)
    assert "Did you mean" in ask("try", text=draft + "X = Txt\n", event="{}")
    other = "Import(rules=['main.sml'])\n"
    assert "circle" in ask("try", path="other.sml", text=other, event="{}")  # it would be imported by main.sml


def test_a_file_that_nothing_imports_can_be_tried(rules: Rules, ask: Callable[..., Any]) -> None:
    text = "Word: str = JsonData(path='$.w')\nSaid = Rule(when_all=[Word == 'a'], description='x')\n"
    assert "Fires" in ask("try", path="alone.sml", text=text, event='{"w": "a"}')


def test_the_form_reads_and_writes_the_text(rules: Rules, ask: Callable[..., Any]) -> None:
    rules.report(*rules.item("pills"))
    vocabulary.forget()
    found = ask("form", text=MAIN)
    form = found["form"]
    assert form["name"] == "Bad" and form["conditions"][0] == {
        "type": "condition", "op": "equals", "field": "Text", "value": "bad", "given": {},
    }  # fmt: skip
    fields = {each["name"]: each for each in found["fields"]}
    assert fields["Text"]["examples"] == ["pills"] and "Bad" not in fields
    market = next(each for each in found["paths"] if each["path"] == "$.item.market")
    assert market["name"] == "Market"
    form["conditions"].append({"type": "condition", "op": "one_of", "field": "Market", "value": ["US"], "given": {}})
    new = [{"kind": "field", "name": "Market", "type": market["type"], "path": market["path"]}]
    written = ask("form/text", text=MAIN, form=form, new=new)["text"]
    assert "Market in ['US']" in written and "Market: str = JsonData(path='$.item.market', required=False)" in written
    assert ask("check", text=written)["problems"] == []
    assert ask("form", text=written, rule="Bad")["form"] == form
    assert RuleFile.objects.get().text == MAIN


def test_the_form_says_what_it_cannot_hold(ask: Callable[..., Any]) -> None:
    found = ask("form", text=MAIN.replace("Text == 'bad'", "Text + 'x' == 'badx'"))
    assert found["form"] is None and "more than a field" in found["beyond"] and found["line"] == 4
    assert ask("form", text="")["form"] is None
    huge = ask("form", text=MAIN.replace("Text == 'bad'", f"Text != None, TextLength > {2**60}"))
    assert huge["form"] is None and "too large" in huge["beyond"]
    form = {"name": "No name", "description": "x", "conditions": [], "actions": [], "shared_with": []}
    refused = ask("form/text", status=422, text=MAIN, form=form)
    assert refused["error"]["where"] == "name"


def test_what_saving_would_change(ask: Callable[..., Any]) -> None:
    page = ask("changes", text=MAIN.replace("'bad'", "'worse'"))
    assert "diff-add" in page and "diff-del" in page and "worse" in page
    assert "as it was saved" in ask("changes", text=MAIN)


@pytest.mark.parametrize("key", [each.key for each in templates.offered()])
def test_every_template_compiles_beside_what_is_there(ask: Callable[..., Any], key: str) -> None:
    template = templates.by_key(key)
    assert template is not None
    here = templates.begun("main.sml", MAIN, {"main.sml": MAIN}, template, "Begun")
    assert ask("check", text=here) == {"problems": [], "rules": ["Bad", "Begun"], "runs": True}
    # A new file in a set whose features stand in a file of their own.
    sources = {"features.sml": HEAD, "main.sml": "Import(rules=['features.sml'])\n"}
    alone = templates.begun("begun.sml", "", sources, template, "Begun")
    assert alone.startswith("Import(rules=['features.sml'])") and "Text: str" not in alone
    compile_sources({**sources, "begun.sml": alone, "main.sml": "Import(rules=['begun.sml'])\n"})


def test_a_new_rule_begins_from_a_template_or_a_query(rules: Rules, sign_in: Callable[..., Client]) -> None:
    rules.add("Bad")
    client = sign_in()
    page = client.get("/rules/new").content.decode()
    assert "Words or a phrase" in page and "main.sml" in page
    done = client.post("/rules/new", {"template": "words", "name": "Watches", "file": "main.sml"})
    assert done.status_code == 302 and done["Location"] == "/rules/files/main.sml?name=Watches&template=words"
    page = client.get(done["Location"]).content.decode()
    assert "Watches = Rule(" in page and "cheap watches" in page and "Bad = Rule(" in page
    address = "/rules/new?condition=Text%20%3D%3D%20%27pill%27&name=Pill"
    page = client.get(address).content.decode()
    assert "From your query" in page and "Text == &#39;pill&#39;" in page
    done = client.post("/rules/new", {"condition": "Text == 'pill'", "name": "Bad", "file": "new", "path": "pill.sml"})
    page = client.get(done["Location"]).content.decode()
    assert "Bad2 = Rule(" in page  # the name is taken
    refused = client.post("/rules/new", {"name": "two words", "file": "new", "path": "x"})
    assert refused.status_code == 422 and "no name for a rule file" in refused.content.decode()
    assert RuleFile.objects.count() == 1
    assert sign_in("rule.view").get("/rules/new").status_code == 403


def test_the_page_lets_its_script_style_the_code_field_and_nothing_more(
    rules: Rules, sign_in: Callable[..., Client]
) -> None:
    rules.add("Bad")
    first, second = (sign_in().get("/rules/files/main.sml") for _ in range(2))
    policy = first["Content-Security-Policy"]
    assert "style-src 'self' 'nonce-" in policy and "unsafe" not in policy and "script-src 'self';" in policy
    assert policy != second["Content-Security-Policy"]
    assert "nonce" not in sign_in().get("/rules")["Content-Security-Policy"]


def test_a_draft_is_put_into_shape(ask: Callable[..., Any]) -> None:
    found = ask("format", text="A = Rule( when_all=[ Text=='x' ],description='y' )\n")
    assert found == {"text": "A = Rule(when_all=[Text == 'x'], description='y')\n", "problem": ""}
    broken = ask("format", text="A = (")
    assert broken["text"] == "A = (" and broken["problem"]


def test_hits_so_far_count_what_the_asker_may_see(
    rules: Rules, sign_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fresh(monkeypatch, tmp_path)
    rules.add("Bad")
    seen = [("US", "bad"), ("US", "good"), ("DE", "bad"), ("DE", "bad")]
    lake.write(
        [event(number, {"text": text}, minutes=number, market=market) for number, (market, text) in enumerate(seen)]
    )
    body = {"path": "main.sml", "text": MAIN + "Good = Rule(when_all=[Text == 'good'], description='x')\n"}

    def hits(*permissions: str, **limits: Any) -> Any:
        client = sign_in(*permissions, **limits)
        with clock.at(NOON + timedelta(hours=2)):
            return client.post("/rules/hits", body, content_type="application/json")

    everyone = hits("rule.view", "investigate.view").json()
    assert (everyone["events"], everyone["hits"]) == (4, {"Bad": 3, "Good": 1})
    assert hits("rule.view", "investigate.view", markets=["US"]).json()["hits"] == {"Bad": 1, "Good": 1}
    assert hits("rule.view").status_code == 403
    body["text"] = "A = ("
    assert hits("rule.view", "investigate.view").json() is None
