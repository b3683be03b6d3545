"""A couple's dialogue, held by two people on two phones from the request to reading it again."""

import re

from playwright.sync_api import expect

from tests.journeys.browsing import Browsing, Room, address_of
from tests.journeys.site import Pair
from tests.journeys.walking import ARRIVED


def test_a_couple_holds_a_whole_dialogue_with_every_loop_a_switch_and_a_pause(pair: Pair, browsing: Browsing) -> None:
    ana, ben = Room(browsing.open(pair.ana)), Room(browsing.open(pair.ben))

    thread = _ana_asks_and_ben_says_yes(ana, ben)
    _they_arrive(ana, ben)
    _she_sends_and_he_signals(ana, ben)
    _he_mirrors_and_she_sends_the_missing_part(ana, ben)
    _both_rest(ana, ben)
    _she_goes_on_and_he_parks_a_topic(ana, ben)
    _he_gathers_and_she_adds_a_piece(ana, ben)
    _he_asks_to_hear_more(ana, ben)
    _it_lands_at_the_third_try(ana, ben)
    _he_guesses_and_she_names(ana, ben)
    _they_thank_each_other_and_switch(ana, ben)
    _his_turn(ana, ben)
    _they_close(ana, ben)
    _she_looks_back(ana)
    _he_reads_it_again(ben, thread)


def _ana_asks_and_ben_says_yes(ana: Room, ben: Room) -> str:
    ana.page.goto("/dialogues/")
    ana.page.get_by_role("link", name="Ask for a dialogue").click()
    ana.page.get_by_text("Something that matters to you, or hurts").click()
    ana.page.get_by_label("Couple’s dialogue").check()
    ana.page.get_by_label("The topic, in one line").fill("Sunday evenings")
    ana.page.get_by_text("How, how long and when").click()
    ana.page.get_by_label("45 minutes", exact=True).check()
    expect(ana.page.locator("summary", has_text="How, how long")).to_contain_text("Written, live · 45 minutes")
    ana.page.get_by_role("button", name="Ask").click()
    ana.shows("Asked for a dialogue")
    ben.page.goto("/dialogues/")
    expect(ben.page.get_by_role("link", name="Sunday evenings")).to_contain_text("Would you answer?")
    ben.page.get_by_role("link", name="Sunday evenings").click()
    ben.is_live()
    ben.press("Yes, now")
    return ana.page.url.split("/")[-2]


def _they_arrive(ana: Room, ben: Room) -> None:
    for room in (ana, ben):
        room.shows("Arrive")
        expect(room.page.get_by_text("Both here")).to_be_visible()
        room.press("I’m ready")
    ana.shows("Something good first")
    ana.say("How you hummed while you cooked.", "Give it")
    ben.shows("Let it in", "How you hummed while you cooked.")
    ben.say("My humming did you good. Thank you.", "Say it back with thanks")
    ana.shows("Something good in return", "My humming did you good.")
    ben.say("That you kept me a plate.", "Give it")
    ana.say("The plate was noticed. Thank you.", "Say it back with thanks")
    ben.shows("Intention", "The plate was noticed.")
    ana.say("I want to be brave.", "Set my intention")
    ana.shows("Intention", "Ben is still finding the words")
    ben.hides("I want to be brave.")
    ben.say("I want to be all ears.", "Set my intention")
    ana.shows("Send", "I want to be all ears.", "I want to be brave.")
    ben.shows("Send", "Let Ana find the words.")


def _she_sends_and_he_signals(ana: Room, ben: Room) -> None:
    expect(ana.words).to_have_value("")
    ana.page.get_by_role("radio", name="When it happens, I feel …").check()
    ana.write("On Sundays you open")
    ana.says("kept")
    ben.hides("On Sundays you open")
    ben.press("Let me mirror that much")
    ana.shows("Send", "Ben would like to mirror what you have so far.")
    expect(ana.words).to_have_value("On Sundays you open")
    expect(ana.page.get_by_role("radio", name="When it happens, I feel …")).to_be_checked()
    expect(ben.words).to_have_count(0)
    ana.say("On Sundays you open the laptop, and I feel left on a platform.", "Send")


def _he_mirrors_and_she_sends_the_missing_part(ana: Room, ben: Room) -> None:
    ben.shows("Mirror", "When it happens, I feel", "left on a platform")
    expect(ana.words).to_have_count(0)
    ben.say("On Sundays my laptop comes out.", "Send my mirror")
    ana.shows("Did it come across?", "On Sundays my laptop comes out.")
    ana.press("Some of it")
    ana.shows("The missing part")
    ana.say("And then I feel left on a platform.", "Send this part")
    ben.shows("Mirror", "And then I feel left on a platform.")
    ben.say("You feel left on a platform.", "Send my mirror")
    ana.press("Yes, you’ve got it")
    ana.shows("Is there more?")


def _both_rest(ana: Room, ben: Room) -> None:
    ben.opens_menu()
    ben.press("Pause now")
    for room in (ana, ben):
        room.shows("A pause for you both", "You feel left on a platform.")
        expect(room.stage.get_by_text("You meet again on")).not_to_contain_text(re.compile("Ana|Ben"))
    ana.press("I am ready to go on")
    ana.shows("A pause for you both", "You are ready.")
    ben.press("I am ready to go on")
    ana.shows("Is there more?")


def _she_goes_on_and_he_parks_a_topic(ana: Room, ben: Room) -> None:
    ana.press("There is more")
    ben.opens_menu()
    ben.page.get_by_label("That is another topic").fill("Who does the taxes")
    ben.press("Park it")
    expect(ben.page.get_by_label("That is another topic")).to_have_value("")
    ana.say("It is the quiet that is hard.", "Send")
    ben.say("The quiet is hard.", "Send my mirror")
    ana.press("Yes, you’ve got it")
    ana.press("No more, that is all")


def _he_gathers_and_she_adds_a_piece(ana: Room, ben: Room) -> None:
    ben.shows("Summary", "left on a platform", "It is the quiet that is hard.")
    ben.say("A platform, and quiet.", "Send my summary")
    ana.shows("Is that all of it?", "A platform, and quiet.")
    ana.press("I also want you to hear …")
    ana.say("I miss you then.", "Send this piece")
    ben.shows("Summary", "I miss you then.")
    expect(ben.words).to_have_value("A platform, and quiet.")
    ben.say("A platform, quiet, and missing me.", "Send my summary")
    ana.press("Yes, all of it")


def _he_asks_to_hear_more(ana: Room, ben: Room) -> None:
    ben.shows("It makes sense", "A platform, quiet, and missing me.")
    ben.say("What is the platform?", "Ask to hear more about a part")
    ana.shows("A little more", "What is the platform?")
    ana.say("A station at night, when the last train has gone.", "Send")
    ben.shows("Mirror", "A station at night")
    ben.say("The last train has gone.", "Send my mirror")
    ana.press("Yes, you’ve got it")


def _it_lands_at_the_third_try(ana: Room, ben: Room) -> None:
    ben.shows("It makes sense", "A station at night")
    ben.say("It fits, because Sundays were ours.", "Send what makes sense")
    ana.press("Not yet, please try again")
    ben.shows("It makes sense", "It fits, because Sundays were ours.")
    ben.say("It makes sense, because the week has left you waiting.", "Send what makes sense")
    ana.say("Waiting, and hoping.", "Put it in my words")
    ben.shows("It makes sense", "Waiting, and hoping.")
    ben.say("It makes sense: you waited and hoped.", "Send what makes sense")
    ana.press("Yes, that lands")


def _he_guesses_and_she_names(ana: Room, ben: Room) -> None:
    ben.shows("How it may feel")
    ben.feel("alone", own="like a parcel")
    ben.press("Offer my guess")
    ana.shows("Is that how it feels?", "alone", "like a parcel")
    ana.feel("forlorn")
    ana.press("These are nearer")
    ben.shows("Mirror the feelings", "forlorn")
    ben.say("You feel forlorn then.", "Send my mirror")


def _they_thank_each_other_and_switch(ana: Room, ben: Room) -> None:
    for room, thanks in ((ana, "Thank you for staying."), (ben, "Thank you for telling.")):
        room.shows("Thanks", "You feel forlorn then.")
        room.say(thanks, "Give my thanks")
    ben.shows("And now?", "Thank you for staying.")
    ben.press("I’d like my turn now")
    ana.shows("Room to listen?")
    ana.press("Yes, I can listen now")


def _his_turn(ana: Room, ben: Room) -> None:
    ana.shows("Send", "Let Ben find the words.")
    ben.say("I open it because Monday frightens me.", "Send")
    ana.say("Monday frightens you.", "Send my mirror")
    ben.press("Yes, you’ve got it")
    ben.press("No more, that is all")
    ana.say("Behind the laptop is Monday.", "Send my summary")
    ben.press("Yes, all of it")
    ana.say("It makes sense, because you carry so much alone.", "Send what makes sense")
    ben.press("Yes, that lands")
    ana.feel("worried")
    ana.press("Offer my guess")
    ben.press("Yes, that is how it feels")
    ana.press("Leave mine out")
    ben.say("Thank you for seeing it.", "Give my thanks")


def _they_close(ana: Room, ben: Room) -> None:
    for room, gem in ((ana, "You fear Mondays."), (ben, "You miss me.")):
        room.shows("A gem")
        expect(room.words).to_have_value("")
        room.say(gem, "Share my gem")
    ana.shows("To end with", "You fear Mondays.", "You miss me.")
    ana.say("How you stayed.", "Give it")
    ben.shows("To end with", "How you stayed.")
    ben.say("How you asked.", "Give it")
    for room in (ana, ben):
        room.shows("Thank you both", "How you stayed.", "How you asked.")


def _she_looks_back(ana: Room) -> None:
    ana.page.get_by_role("link", name="Look back, for yourself").click()
    for shown in ("alone", "forlorn", "worried", "Who does the taxes"):
        expect(ana.page.locator("main")).to_contain_text(shown)
    ana.page.get_by_label("Mostly; a little was for the form").check()
    ana.page.get_by_label("Anything you want to keep for yourself").fill("I was braver than I thought.")
    ana.page.get_by_role("button", name="Keep it for myself").click()
    expect(ana.page.get_by_text("Kept.")).to_be_visible()
    expect(ana.page.get_by_label("Mostly; a little was for the form")).to_be_checked()


def _he_reads_it_again(ben: Room, thread: str) -> None:
    ben.page.goto(address_of(thread, "after/"))
    ben.hides("I was braver than I thought.")
    ben.page.get_by_role("link", name="Read what was said").click()
    told = ben.page.locator(".transcript")
    for said in ("How you hummed while you cooked.", "left on a platform.", "A pause", "Parked: Who does the taxes"):
        expect(told).to_contain_text(said)
    ben.page.get_by_role("link", name="Later").click()
    expect(told).to_contain_text("I open it because Monday frightens me.")


def test_words_typed_in_the_moment_of_a_pause_are_there_when_it_goes_on(pair: Pair, browsing: Browsing) -> None:
    thread = pair.ask(*ARRIVED)
    ana, ben = Room(browsing.open(pair.ana), thread), Room(browsing.open(pair.ben), thread)
    ben.opens_menu()
    ana.write("Half a sent")

    ben.press("Pause now")
    ana.shows("A pause for you both")
    ana.press("I am ready to go on")
    ben.press("I am ready to go on")

    ana.shows("Send")
    expect(ana.words).to_have_value("Half a sent")


def test_words_not_sent_stay_with_their_writer_when_it_ends(pair: Pair, browsing: Browsing) -> None:
    thread = pair.ask(*ARRIVED)
    ana, ben = Room(browsing.open(pair.ana), thread), Room(browsing.open(pair.ben), thread)
    ana.write("Half a sentence")

    ben.ends()
    ana.shows("It ends here for now")
    ben.shows("It ends here for now")

    expect(ana.page.get_by_role("textbox", name="Not sent")).to_have_value("Half a sentence")
    ben.hides("Half a sentence")
    ana.page.reload()
    expect(ana.page.get_by_role("textbox", name="Not sent")).to_have_value("Half a sentence")
