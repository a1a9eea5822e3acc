"""What the demo's bakery has told its agency."""

from __future__ import annotations

from .texts import MaterialText

BAKERY_MATERIALS = (
    MaterialText(
        "The 36-hour loaf",
        """\
Our white sourdough takes 36 hours from flour to shelf, and most of that time nobody touches it.

On the first evening the baker mixes flour, water and the starter that has been fed since 1961. The
dough rests for four hours at 24 degrees and is folded once in every hour. Then it goes into the
cold room at five degrees, where it rises slowly for 28 hours. Slow rising breaks down much of what
makes quick bread heavy, so the loaf keeps fresh for five days without any additive.

At three in the morning the wood-fired oven has reached 280 degrees. Each batch is 64 loaves and
bakes for 38 minutes. The crust comes out dark, nearly the colour of chestnuts, because that is
where the flavour sits.

Customers told us that the loaf still makes good toast on day five. In our survey last autumn, 212
of 240 people said that they threw away less bread than before.

You find the 36-hour loaf in the shop from half past seven, every day but Monday.
How we bake it, with pictures of each step: https://kilnandcrumb.example/36-hours
""",
    ),
    MaterialText(
        "Saturday course: your first sourdough",
        """\
On Saturdays the bakery turns into a school. Eight people, two bakers and one very warm room.

The course starts at nine and ends at three. In the morning you learn to feed a starter, to mix a
dough by hand and to feel when it has been folded enough. Lunch is soup and yesterday's bread. In
the afternoon everybody shapes two loaves, scores them and bakes them in the wood-fired oven.

You go home with two loaves, a jar of our starter from 1961 and a booklet of eleven recipes. You
need no experience: of the 190 people who came last year, most had never baked bread before.

A common mistake is too much flour on the table. It dries the surface, and then the loaf
tears at the side instead of along the cut. We show you how to work with wet hands instead.

"I had failed at sourdough for three years and now I bake every Sunday," wrote somebody who came
in March.

Lunch is part of it. Courses run from January to June, and the dates for spring are open
now: https://kilnandcrumb.example/courses
""",
    ),
    MaterialText(
        "Why we mill our own rye",
        """\
Since last winter a stone mill stands behind our shop window, and every morning at two it grinds 40
kilos of rye.

Freshly milled flour smells of hay and nuts. After a week in the bag most of that smell is gone,
because the oil of the germ turns stale. Flour from a large mill keeps longer because the germ was
taken out. We leave it in and use the flour within six hours.

The rye comes from Trewin Farm, nine miles away. The family there has grown it without spraying
since 2014. They bring it in sacks of 25 kilos, and what we do not need goes back with the sacks.

Milling here costs us about 60 pence more for each loaf. We have raised the price by 30, since the
bread is worth it and we wanted people to try it. In the first month we sold 340 rye loaves a week,
where it had been 210 before.

A tip for storing: wrap rye in linen, cut side down on a board. On the second day it has its full
taste.

Come and watch the mill on a Thursday at ten, when we grind for the next day.
https://kilnandcrumb.example/rye
""",
    ),
    MaterialText(
        "A first year at the oven",
        """\
Our youngest baker came to us in February last year with a suitcase and a letter from a bakery in
Kraków. She had never fired an oven with wood.

The first week she burnt 90 loaves. Nobody shouted. The master put the black ones on a shelf with
the date and said that he had done 200 in his first month. The shelf is still there and visitors ask
about it.

In June she asked whether she could bake an obwarzanek, the ring of dough that is sold on every
corner at home. It is boiled before it is baked and takes two days. We sold twelve on the first
Saturday, and by August it was 150 each weekend.

She now leads the night shift. Three people work with her, and she has taught them to hear when
the oven is ready: the bricks tick as they cool, and when the ticking stops the bread goes in.

In October she passed her examination as a master baker, the first in our house since 1988. When we
asked what she would change she said: "More rye, and a bench by the window."

The bench was built the week after. Sit on it with an obwarzanek on any Saturday morning.
""",
    ),
    MaterialText(
        "What happens to the bread that is left",
        """\
On a good day eleven loaves are left when we close. On a rainy Tuesday it can be forty. None of them
is thrown away.

At six in the evening the community kitchen comes with its trailer. It takes what was
baked that day, about 900 loaves last year, and serves it to 70 people on three evenings a week.

What is older goes back into the dough. Old bread is dried, ground and soaked, and makes up to eight
per cent of the next batch of rye. It keeps the crumb moist and gives a darker taste. Bakers did
this for hundreds of years before anyone called it saving.

The crusts go to a brewery in Falmouth. From 30 kilos of bread they brew 400 litres of a brown ale,
which you can buy in our shop from November.

We have weighed our bin for a year to be sure. It came to four kilos of bread in twelve months, all
of it swept from the floor.

If you have bread left at home, cut it into cubes and fry it in butter with salt: our recipe for
bread soup needs nothing else but onions and an hour. https://kilnandcrumb.example/bread-soup
""",
    ),
)
