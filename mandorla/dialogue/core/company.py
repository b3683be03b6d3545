"""Who takes part and as what: the people of each role, the guests who are there, and what changes when someone goes."""

from uuid import UUID

from mandorla.dialogue.core.script import ANYWHERE, Move, Script, Step
from mandorla.dialogue.core.state import NOBODY, State

NO_ROLES: frozenset[str] = frozenset()
ROLES_OF = {
    "sender": frozenset({"sender", "both", "everyone"}),
    "receiver": frozenset({"receiver", "both", "others", "everyone"}),
    "observer": frozenset({"observer", "others", "everyone"}),
}


def those(  # noqa: PLR0911  # one for each role
    script: Script, state: State, role: str
) -> tuple[UUID, ...]:
    """The people and guests who have a role now."""
    match role:
        case "sender":
            return (state.people[state.sender],)
        case "receiver":
            return () if state.receiver == NOBODY else (state.people[state.receiver],)
        case "both" if script.circle or len(state.people) == 2:
            return state.people
        case "both":
            return those(script, state, "sender") + those(script, state, "receiver")
        case "others":
            return tuple(person for person in state.people if person != state.people[state.sender])
        case "everyone":
            return state.people + _watching(state)
        case "observer":
            return tuple(one for one in state.people if state.role_of(one) == "observer") + _watching(state)
        case _:
            return state.present("guide")


def roles_of(script: Script, state: State, person: UUID) -> frozenset[str]:
    """The roles among which someone is now, as `those` has them."""
    roles = ROLES_OF[state.role_of(person)] if person in state.people else NO_ROLES
    if script.circle and roles:
        roles |= {"both"}
    if state.guests:
        roles |= {role for role in ("observer", "everyone", "guide") if person in those(script, state, role)}
    return roles


def all_there(state: State) -> tuple[UUID, ...]:
    """The people, and the guests who are there."""
    guests = (guest for guest in state.guests if guest not in state.people and state.is_welcome(guest))
    return state.people + tuple(guests) if state.guests else state.people


def may_anywhere(state: State, person: UUID, do: str) -> bool:
    """Whether someone may make a move that works in every step."""
    return bool(ANYWHERE[do] & _kinds(state, person))


def is_empty(script: Script, state: State, step: Step) -> bool:
    """Whether nobody has to do anything in this step, so that it is passed over."""
    if state.medium not in step.media or (step.chooses and len(state.people) == 2):
        return True
    return step.role == "observer" and not those(script, state, "observer")


def lacks_guide(script: Script, state: State, *, begun: bool) -> bool:
    """Whether nothing goes on because a guide has to be there and none is."""
    wanted = script.guard == "T+" if begun else bool(script.guard)
    return wanted and not state.present("guide")


def only_appoints(script: Script, step: Step, move: Move) -> bool:
    """Whether nothing begins by a move: it belongs to the appointment, and so does all it can lead to."""
    return step.place == "appointment" and all(script.steps[name].place == "appointment" for name in move.targets())


def may_go_back(script: Script, state: State) -> bool:
    """Whether a mirror of this turn was accurate; and nobody is put into, or out of, the place of somebody else."""
    return state.safe is not None and script.steps[state.step].lent == script.steps[state.safe[0]].lent


def called(state: State, person: UUID) -> State:
    """Someone has the floor now, and is in the line no longer."""
    number = state.people.index(person)
    waiting = tuple(one for one in state.queue if one != person)
    return state.with_(sender=number, receiver=other_of_two(state, number), queue=waiting)


def without(state: State, person: UUID, *, has_turn: bool = False) -> State:
    """The same dialogue, one of its people fewer. Whose turn comes next stays, and so does how many had theirs.

    A sender who goes before they have begun is followed by the next at once; one who `has_turn` by whoever comes before
    the next, until roles change.
    """
    number = state.people.index(person)
    people = tuple(one for one in state.people if one != person)
    had_turn = 1 <= (state.sender - number) % len(state.people) <= state.round or has_turn
    sender = (state.sender - (number < state.sender or has_turn)) % len(people)
    receiver = NOBODY if number == state.receiver else state.receiver - (number < state.receiver)
    state = state.with_(
        people=people,
        gone=(*state.gone, person) if state.begun_at else state.gone,
        declined=state.declined if state.begun_at else (*state.declined, person),
        sender=sender,
        receiver=receiver,
        round=state.round - had_turn,
        done=state.done - {person},
        queue=tuple(one for one in state.queue if one != person),
        guests={guest: told for guest, told in state.guests.items() if guest != person},
        lent={one: seq for one, seq in state.lent.items() if one != person},
    )
    return state.with_(receiver=other_of_two(state, sender)) if len(people) == 2 else state


def other_of_two(state: State, sender: int) -> int:
    """Who receives, where only one other is there; else nobody yet."""
    return 1 - sender if len(state.people) == 2 else NOBODY


def _watching(state: State) -> tuple[UUID, ...]:
    return state.present("observer") if state.guests else ()


def _kinds(state: State, person: UUID) -> set[str]:
    """*people*, *guest*, and *guide* once welcomed; a facilitator may be more than one of these."""
    kinds = {"people"} if person in state.people else {"guest"}
    return kinds | {"guide"} if state.guests and person in state.present("guide") else kinds
