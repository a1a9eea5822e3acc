"""Six voices to begin with, or to lend their manner to a brand's own. Their texts are invented."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from brands.voice.measuring import dimensions_of, measure
from brands.voice.profile import Personality, ToneAttribute, VoiceProfile, WritingRule


@dataclass(frozen=True)
class Preset:
    """A manner under a name; `texts` are what it is measured by."""

    slug: str
    name: str
    note: str
    archetype: str
    person: str
    tones: tuple[tuple[str, str], ...]
    rules: tuple[tuple[str, str], ...]
    avoidances: tuple[str, ...]
    direction: str
    texts: tuple[str, ...]

    @cached_property
    def profile(self) -> VoiceProfile:
        own = measure(self.texts, language="en")
        return VoiceProfile(
            personality=Personality(self.archetype, self.person),
            tone_attributes=tuple(ToneAttribute(*tone) for tone in self.tones),
            writing_style=tuple(WritingRule(*rule) for rule in self.rules),
            avoidances=self.avoidances,
            writing_direction=self.direction,
            summary=self.note,
            example_texts=self.texts,
            dimensions=dimensions_of(own),
            measures=own,
        )


_ALL = (
    Preset(
        slug="neighbour",
        name="Warm neighbour",
        note="Speaks over the counter: plain, warm, proud of the work and never grand.",
        archetype="Everyman",
        person="One of the street: knows people by name and promises nothing that it cannot keep.",
        tones=(
            ("Warm", "Small observations about people, thanks where thanks are due."),
            ("Plain", "Short sentences, common words."),
            ("Modest", "The work is told, not praised."),
        ),
        rules=(
            ("Speak as “we”", "The people of the house speak."),
            ("Begin with something that happened", "A time, a name, a smell."),
            ("Keep sentences short", "About eleven words."),
        ),
        avoidances=("Superlatives", "Exclamation marks", "Pressure to buy"),
        direction="Tell it to somebody you know by sight; begin with what happened, end simply.",
        texts=(
            "The oven went out at four this morning, and it was burning again by ten past. If you "
            "had to wait at the door, thank you. The coffee was on us, and it will be tomorrow.",
            "We repaired a chair today that has been in one family since 1931. It creaks a little "
            "less now. They asked us to leave one scratch, because of the dog who made it.",
            "The plums are from the garden behind the church. We picked them on Sunday with the "
            "children, and there is jam until it is gone. Bring your own jar if you have one.",
        ),
    ),
    Preset(
        slug="expert",
        name="Calm expert",
        note="Explains its field in complete sentences, with reasons and exact terms.",
        archetype="Sage",
        person="A specialist who takes the time to explain and is careful with certainty.",
        tones=(
            ("Competent", "Exact terms, exact figures."),
            ("Measured", "Says what is known and what is not."),
            ("Formal", "Complete sentences, no short forms."),
        ),
        rules=(
            ("Give the reason with the fact", "One sentence for each is enough."),
            ("Write words out", "We are, it is, do not."),
            ("Keep to the matter", "No small talk, no jokes at the start."),
        ),
        avoidances=("Slang", "Emoji", "Promises of success"),
        direction="Explain one point precisely, give its reason, and say whom it concerns.",
        texts=(
            "The revised standard applies from January and requires documented inspection of "
            "every installation. Operators should therefore review their existing records, since "
            "missing documents cannot be provided retrospectively.",
            "A longer warranty is not necessarily an advantage. What matters is which components "
            "it covers, and who bears the cost of transport and labour. We recommend comparing "
            "these provisions before the price.",
            "In our measurements, thermal losses decreased by eleven per cent after the seals had "
            "been replaced. The effect was considerably smaller in buildings constructed after "
            "2005, where the joints were already insulated appropriately.",
        ),
    ),
    Preset(
        slug="direct",
        name="Plain and direct",
        note="Comes to the point in the first sentence and stops when it is said.",
        archetype="Hero",
        person="Somebody who tells you straight and does not waste your time.",
        tones=(
            ("Direct", "The point comes first."),
            ("Confident", "No maybe, no we think."),
            ("Useful", "Each text leaves something to do."),
        ),
        rules=(
            ("Keep sentences very short", "About seven words."),
            ("Speak to “you”", "What it means for the reader."),
            ("Use verbs", "Check it. Fix it. Send it."),
        ),
        avoidances=("Introductions", "Adjectives without a figure", "Questions as openers"),
        direction="Say the point in the first line, then what to do, then stop.",
        texts=(
            "Your backup is useless until you test it. Pick one file. Restore it. If it takes more "
            "than ten minutes, you have found your next task.",
            "Most meetings need four people. Yours has nine. Cut the list. Send notes to the rest. "
            "You get an hour back, and so do they.",
            "Chains wear out. You can measure it in ten seconds. Hook the gauge in. If it drops, "
            "change the chain. You save the price of a cassette.",
        ),
    ),
    Preset(
        slug="playful",
        name="Playful friend",
        note="Enjoys itself, asks, jokes, and puts an emoji where a smile would be.",
        archetype="Jester",
        person="The friend who turns an errand into an outing.",
        tones=(
            ("Playful", "Puns, little stories, made-up words."),
            ("Cheerful", "Exclamation marks where one would laugh."),
            ("Inviting", "Readers are asked in."),
        ),
        rules=(
            ("Ask", "Every post has a question."),
            ("Use one or two emoji", "As punctuation, not as decoration."),
            ("Use short forms", "We're, it's, don't."),
        ),
        avoidances=("Jokes about people", "Long explanations", "Formal words"),
        direction="Write it as a message to a friend; one joke, one question, an open door.",
        texts=(
            "Who left the gate open? Our goats did, that's who! 🐐 They've eaten half of the "
            "pumpkins and they're not sorry. Want to tell them off in person? Come by on Saturday!",
            "It's raining, so we've built a puddle map! ☔ Seven splashes, one secret stop for "
            "cocoa. Are your boots ready? Ours aren't, they're still wet from yesterday!",
            "Guess who learned to juggle? Not us! 🤹 But we've got the balls, the teacher and the "
            "plasters. You bring two hands and a friend, and we'll laugh together!",
        ),
    ),
    Preset(
        slug="quiet-luxury",
        name="Quiet luxury",
        note="Few words, long thoughts; shows the material and the hand, and names no price.",
        archetype="Creator",
        person="A house with time: it shows, and lets others praise.",
        tones=(
            ("Quiet", "Nothing is loud, nothing is urgent."),
            ("Sensuous", "Light, touch, sound and scent."),
            ("Assured", "It does not argue."),
        ),
        rules=(
            ("Let the thing speak", "Neither we nor you, where it can be left out."),
            ("Name the material", "Where it is from and what it went through."),
            ("Leave room", "One image in a text."),
        ),
        avoidances=("Prices", "Exclamation marks", "The words luxury and exclusive"),
        direction="Show one thing closely, in two or three unhurried sentences, and stop.",
        texts=(
            "The linen dries on the north side of the house, where the light is even and the wind "
            "comes late. It takes four days, and in that time it finds the grey that no dye gives.",
            "A seam of ninety stitches, set by one hand in one afternoon. From outside it cannot "
            "be seen, and that is what it is for.",
            "Oak from a single slope, laid down in the winter of 2009 and left alone since. When "
            "it is opened, the room smells of rain for an hour.",
        ),
    ),
    Preset(
        slug="challenger",
        name="Bold challenger",
        note="Takes a side, loudly, and dares readers to try it now.",
        archetype="Outlaw",
        person="The newcomer who says what the others only think.",
        tones=(
            ("Bold", "Takes a side and says so."),
            ("Energetic", "Short bursts, strong verbs, a shout now and then."),
            ("Rebellious", "Against the way it was always done."),
        ),
        rules=(
            ("Open with a claim", "One that somebody could deny."),
            ("Dare the reader", "End with something to try today."),
            ("Shout rarely", "One exclamation mark for every three sentences."),
        ),
        avoidances=("Hedging", "Corporate words", "Naming competitors"),
        direction="Begin with the claim, prove it in two lines, and dare people to try it.",
        texts=(
            "Banks hate this one: no fees. None! We built an account that costs nothing, because "
            "it can. You've paid enough. Switch today and grab your money back!",
            "Nobody needs eleven creams. You need one that works! We tore up the routine and kept "
            "the soap. Don't believe us? Try it for a week, then shout at us.",
            "Your gym counts on you staying at home. Ours doesn't! Pay when you come, and not a "
            "cent when you don't. Crazy? Maybe. Come and break the system!",
        ),
    ),
)

PRESETS = {preset.slug: preset for preset in _ALL}
