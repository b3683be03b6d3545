"""Without scripts a dialogue is held by forms and reloads alone, and nothing that was typed gets lost."""

from playwright.sync_api import expect

from tests.journeys.browsing import Browsing, Room, Watch, address_of
from tests.journeys.site import Pair
from tests.journeys.walking import ARRIVED


class Plain(Room):
    """The room in a browser without scripts: one looks again by loading the page again."""

    def looks(self, title: str, *words: str) -> "Plain":
        self.page.goto(self.page.url)
        self.shows(title, *words)
        return self


def test_a_dialogue_is_held_by_forms_and_reloads_alone(pair: Pair, browsing: Browsing, watch: Watch) -> None:
    watch.expect("status of 422")
    ana, ben = (Plain(browsing.open(one, java_script_enabled=False)) for one in (pair.ana, pair.ben))
    ana.page.goto("/dialogues/")
    ana.page.get_by_role("link", name="Ask for a dialogue").click()
    ana.page.get_by_text("Something that matters to you, or hurts").click()
    ana.page.get_by_label("Couple’s dialogue").check()
    ana.page.get_by_text("How, how long and when").click()
    ana.page.get_by_label("10 minutes").check()
    ana.page.get_by_role("button", name="Ask").click()
    expect(ana.page.get_by_role("alert")).to_contain_text("One line is enough.")
    expect(ana.page.get_by_role("alert")).to_contain_text("Couple’s dialogue: 30, 45, 60, 90 minutes.")
    expect(ana.page.get_by_label("Couple’s dialogue")).to_be_checked()
    ana.page.get_by_label("45 minutes", exact=True).check()
    ana.page.get_by_label("The topic, in one line").fill("Sunday evenings")
    ana.page.get_by_role("button", name="Ask").click()
    ben.page.goto(ana.page.url)

    ben.press("Yes, now")
    for room in (ana, ben):
        room.looks("Arrive").press("I’m ready")
    ana.looks("Something good first").say("That you hummed.", "Give it")
    ben.looks("Let it in").say("You liked my humming. Thank you.", "Say it back with thanks")
    ben.looks("Something good in return").press("Leave mine out")
    ana.looks("Intention").say("To be brave.", "Set my intention")
    ben.looks("Intention").say("To be all ears.", "Set my intention")
    _send_with_a_refusal(ana, ben)
    _pause(ana, ben)
    ben.looks("Mirror").say("You feel left.", "Send my mirror")
    ana.looks("Did it come across?").press("Yes, you’ve got it")
    ana.looks("Is there more?").press("No more, that is all")
    ben.looks("Summary").say("All of it.", "Send my summary")
    ana.looks("Is that all of it?").press("Yes, all of it")
    ben.looks("It makes sense").say("It makes sense, because you waited.", "Send what makes sense")
    ana.looks("Does it land?").press("Yes, that lands")
    _feel(ana, ben)
    for room in (ana, ben):
        room.looks("Thanks").say("Thank you.", "Give my thanks")
    ben.looks("And now?").press("This is enough for today")
    for room in (ana, ben):
        room.looks("A gem").say("You waited.", "Share my gem")
    for room in (ana, ben):
        room.looks("To end with").say("Your courage.", "Give it")
    for room in (ana, ben):
        room.looks("Thank you both")


def _send_with_a_refusal(ana: Plain, ben: Plain) -> None:
    ana.looks("Send")
    ana.page.get_by_role("radio", name="What I find hard is …").check()
    long = "I feel left. " * 160
    ana.say(long, "Send")
    expect(ana.page.get_by_role("alert")).to_contain_text("2079 characters long")
    assert ana.words.input_value().strip() == long.strip()
    expect(ana.page.get_by_role("radio", name="What I find hard is …")).to_be_checked()
    ana.say("I feel left.", "Send")
    ben.looks("Mirror", "I feel left.")
    ana.looks("Mirror")


def _pause(ana: Plain, ben: Plain) -> None:
    ana.opens_menu()
    ana.page.get_by_label("2 hours").check()
    ana.press("Pause now")
    for room in (ana, ben):
        room.looks("A pause for you both").press("I am ready to go on")


def _feel(ana: Plain, ben: Plain) -> None:
    ben.looks("How it may feel").press("Offer my guess")
    expect(ben.page.get_by_role("alert")).to_contain_text("Choose one to three feelings.")
    ben.feel("longing")
    ben.press("Offer my guess")
    ana.looks("Is that how it feels?", "longing").feel("alone", "forlorn", "lost", own="like a parcel")
    ana.press("These are nearer")
    expect(ana.page.get_by_role("alert")).to_contain_text("Choose one to three feelings.")
    expect(ana.page.get_by_label("Or another feeling")).to_have_value("like a parcel")
    expect(ana.page.get_by_role("checkbox", name="forlorn")).to_be_checked()
    ana.page.get_by_role("checkbox", name="lost").uncheck()
    ana.press("These are nearer")
    ben.looks("Mirror the feelings", "alone", "forlorn", "like a parcel").say("You feel alone.", "Send my mirror")


def test_words_of_an_old_page_come_back_with_the_newest_screen(pair: Pair, browsing: Browsing, watch: Watch) -> None:
    watch.expect("status of 409")
    thread = pair.ask(*ARRIVED)
    ana = Plain(browsing.open(pair.ana, java_script_enabled=False))
    ana.page.goto(address_of(thread))
    ana.write("Words on a page that is too old.")
    pair.play(thread, "ana say: Words from another page.", "ben say: Another page.")

    ana.press("Send")

    expect(ana.page.get_by_role("alert")).to_contain_text("what you wrote is still here")
    ana.shows("Did it come across?", "Another page.")
    expect(ana.page.get_by_role("textbox", name="Not sent")).to_have_value("Words on a page that is too old.")
