"""Dialogues of more than two: a group from a line to its last round, a family and its guide, each on a phone."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import Browsing, Room, Watch
from tests.journeys.site import Seeds, Someone

pytestmark = pytest.mark.long

CALLED = ("Mira", "Jonas", "Ada", "Yusuf", "Lena", "Tomas", "Ines", "Paul", "Noor", "Emil", "Rosa", "Kai")


@dataclass(slots=True)
class Group:
    """People in one space, and each one's room."""

    people: list[Someone]
    space: str
    rooms: dict[str, Room]

    def others(self, *called: str) -> list[Room]:
        """The rooms of everybody else."""
        return [room for name, room in self.rooms.items() if name not in called]


@pytest.fixture
def group(seeds: Seeds, browsing: Browsing, request: pytest.FixtureRequest) -> Group:
    """So many people, of whom Mira has made the group and facilitates it."""
    people = [seeds.someone(called) for called in CALLED[: request.param]]
    space = seeds("gather", names=[one.name for one in people], kind="group", title="The ones by the river")
    return Group(people, space, {one.called: Room(browsing.open(one)) for one in people})


@pytest.mark.timeout(600)  # twelve people take their time to sign up
@pytest.mark.parametrize("group", [12], indirect=True)
def test_a_communologue_of_twelve_from_the_request_to_the_last_round(group: Group) -> None:
    mira, jonas, ada, yusuf = (group.rooms[name] for name in CALLED[:4])

    thread = _mira_asks_and_all_say_yes(group)
    for room in group.rooms.values():
        room.shows("Gathering")
        room.press("I’m here")
    for room in group.rooms.values():
        room.shows("Arrive")
        room.press("I’m ready")
    jonas.shows("Who would like to begin?")
    jonas.press("I’ll begin")
    ada.shows("Who listens?", "Jonas would like to speak.")
    ada.press("I’ll listen and give it back")
    jonas.say("I miss knowing who is new.", "Send")
    yusuf.shows("Mirror", "Ada gives back what Jonas said, until Jonas feels heard.", "I miss knowing who is new.")
    yusuf.press("I would like to speak next")
    jonas.shows("Mirror", "In line to speak", "Yusuf")
    ada.say("You miss knowing who is new.", "Send my mirror")
    jonas.press("Yes, you’ve got it")
    jonas.press("That is all for now")
    ada.shows("Who listens?", "Yusuf would like to speak.")
    mira.press("I’ll listen and give it back")
    yusuf.shows("Take up what is there")
    yusuf.say("And nobody says hello in the lift.", "Send it as an addition")
    mira.say("Nobody says hello in the lift.", "Send my mirror")
    yusuf.press("Yes, you’ve got it")
    yusuf.press("That is all for now")
    ada.shows("Who comes next?")
    ada.page.get_by_text("What is there so far").click()
    expect(ada.stage).to_contain_text("I miss knowing who is new.")
    expect(ada.stage).to_contain_text("And nobody says hello in the lift.")
    mira.press("Go on to the last round")
    for name, room in group.rooms.items():
        room.shows("To end with")
        room.say(f"{name} thanks you all.", "Give it")
    for room in group.rooms.values():
        room.shows("What was given", f"{CALLED[-1]} thanks you all.")
        room.press("I’m ready to go")
    for room in group.rooms.values():
        room.shows("Thank you, all of you")
    assert thread


@pytest.mark.parametrize("group", [4], indirect=True)
def test_who_leaves_in_the_middle_is_waited_for_no_longer(group: Group) -> None:
    jonas, ada, yusuf = (group.rooms[name] for name in CALLED[1:4])
    _mira_asks_and_all_say_yes(group)
    for label in ("I’m here", "I’m ready"):
        for room in group.rooms.values():
            room.press(label)
    jonas.press("I’ll begin")
    ada.press("I’ll listen and give it back")
    jonas.say("I miss knowing who is new.", "Send")
    ada.shows("Mirror")

    ada.opens_menu()
    ada.page.get_by_text("Leave", exact=True).click()
    ada.page.get_by_role("button", name="Leave now").click()

    jonas.shows("Who listens?")
    yusuf.press("I’ll listen and give it back")
    jonas.shows("Speak")
    expect(jonas.stage.get_by_role("region", name="Who is here")).not_to_contain_text("Ada")


def test_a_family_of_five_with_three_who_watch_goes_on_when_its_guide_is_let_go(
    seeds: Seeds, browsing: Browsing, watch: Watch
) -> None:
    watch.expect("404")  # for whoever was let go the room is not there any more
    people, cleo = [seeds.someone(called) for called in CALLED[:5]], seeds.someone("Cleo")
    mira, jonas, ada, yusuf, lena = (one.name for one in people)
    space = seeds("gather", names=[one.name for one in people], kind="family", title="The ones by the river")
    seeds("guide", name=cleo.name, inviter=mira, space=space)
    wish = {"space": space, "script": "family", "medium": "written", "topic": "Our mornings", "minutes": 60}
    thread = seeds("ask", name=mira, guide=cleo.name, **wish)
    for one in people:
        seeds("let_in", name=one.name, thread=thread, guest=cleo.name)
    seeds("look_in", name=mira, thread=thread)
    answers = [f"{one} yes" for one in (jonas, ada, yusuf, lena)]
    seeds("play", thread=thread, moves=[*answers, *(f"{one.name} {do}" for do in ("here", "ready") for one in people)])
    rooms = {one.called: Room(browsing.open(one), thread) for one in (*people, cleo)}

    rooms["Mira"].shows("Who shall listen?")
    rooms["Mira"].page.get_by_role("radio", name="Ada").check()
    rooms["Mira"].press("Ask them to listen")
    for called in ("Jonas", "Yusuf", "Lena"):
        rooms[called].shows("Send", "Mira is telling Ada something.")
        expect(rooms[called].words).to_have_count(0)
    rooms["Cleo"].page.get_by_label("Mira", exact=True).check()
    rooms["Cleo"].page.get_by_label("The beginning of a sentence").fill("In the mornings I …")
    rooms["Cleo"].press("Lend it")
    rooms["Mira"].shows("Send", "In the mornings I …")
    rooms["Mira"].page.locator(".lent .chip").click()
    rooms["Mira"].says("kept")
    rooms["Mira"].page.reload()
    expect(rooms["Mira"].page.locator(".lent input")).to_be_checked()
    beginning = rooms["Cleo"].page.get_by_label("The beginning of a sentence")
    beginning.fill("What I long for is")
    rooms["Cleo"].press("Slow down, all")
    rooms["Cleo"].says("saved")
    expect(beginning).to_have_value("What I long for is")
    rooms["Ada"].hides("In the mornings I …")
    rooms["Mira"].say("In the mornings I feel alone.", "Send")
    rooms["Ada"].shows("Mirror", "In the mornings I feel alone.")
    rooms["Ada"].say("You feel alone in the mornings.", "Send my mirror")
    rooms["Mira"].shows("Did it come across?", "You feel alone in the mornings.")
    heard = [f"{mira} yes", f"{mira} no_more", f"{ada} say", f"{mira} all", f"{ada} say", f"{mira} lands"]
    seeds("play", thread=thread, moves=[*heard, f"{ada} guess", f"{mira} yes", f"{mira} skip", f"{ada} skip"])
    rooms["Lena"].page.goto(f"/dialogues/{thread}/company/")
    rooms["Lena"].press("Without them, please")
    expect(rooms["Lena"].page.get_by_text("Nobody else is there.")).to_be_visible()
    expect(rooms["Cleo"].page.get_by_text("Our mornings")).to_have_count(0)
    for called in ("Jonas", "Yusuf"):
        rooms[called].shows("What touched me")
        rooms[called].say(f"{called} was moved.", "Say it")
    rooms["Mira"].shows("What touched me", "Yusuf was moved.", "Lena")
    lena_again = Room(rooms["Lena"].page, thread)
    lena_again.press("Stay silent")
    rooms["Mira"].shows("Let it settle")
    rooms["Mira"].press("Go on")
    rooms["Jonas"].shows("Who shall listen?")


def _mira_asks_and_all_say_yes(group: Group) -> str:
    mira = group.rooms["Mira"]
    mira.page.goto(f"/dialogues/ask/{group.space}/")
    mira.page.get_by_label("Communologue").check()
    mira.page.get_by_label("The topic, in one line").fill("How we welcome new people")
    mira.page.get_by_role("button", name="Ask").click()
    mira.shows("Asked to come together", "How we welcome new people")
    thread = mira.page.url.split("/")[-2]
    for room in group.others("Mira"):
        room.page.goto(f"/dialogues/{thread}/")
        room.is_live()
        room.press("Yes, I’ll come")
    return thread
