"""What the demo's bicycle workshop has told its agency."""

from __future__ import annotations

from .texts import MaterialText

WORKSHOP_MATERIALS = (
    MaterialText(
        "How long does a chain last?",
        """\
A bicycle chain lasts between 1,500 and 4,000 miles. Which of the two it is depends more on you than
on the chain.

A chain does not really stretch. Its pins wear, and so the distance between the links grows. When it
has grown by 0.75 per cent the chain begins to grind down the teeth of the cassette. A new
cassette and chainring cost four times as much as a chain. Changing the chain in time is a repair
that pays.

To check it you need a gauge and ten seconds. Hang one end into a link: if the other end
drops in at the mark of 0.75, it is time. We check it whenever you pass by, and
nobody tries to sell you anything.

Oil matters more than cleaning. One drop on each roller every two weeks, then wipe off everything
that you can see. Oil on the outside only collects sand.

Of the 310 drivetrains that we changed last winter, 240 could have been saved by a new chain three
months earlier.

Our workshop has drawn the whole check on one page: https://harrowcycles.example/chain
""",
    ),
    MaterialText(
        "Three weeks with a cargo bike instead of a second car",
        """\
In September we lent cargo bikes to twelve families in Bristol for three weeks. They paid nothing.
In return they wrote down every trip.

Together they rode 2,140 miles. 61 per cent of the trips would have been made by car. Many of them
led to school, and nearly as many to the supermarket. One load was a washing machine, from
Bedminster to Easton, with two stops on the hill.

Not everything was easy. Five families said that the first two days were frightening, above all
turning left in traffic. We now ride the first mile together with everybody who borrows a bike. Two
families found that their door was eight centimetres too narrow.

"My son asked on the last day why we were giving it back," said a mother of two
who no longer has a second car.

Seven of the twelve families bought a bike within a month. What they save is mostly insurance
and parking.

The next round starts in March. There are six bikes, and whoever signs up first rides first:
https://harrowcycles.example/three-weeks
""",
    ),
    MaterialText(
        "The winter service: 42 points and two days",
        """\
From November to February rain, salt and darkness wear out a bicycle faster than the other eight
months together. Our winter service is made for that.

We check 42 points and write each of them down. Brakes, bearings, spokes, cables and lights are
measured, not guessed. You get the list with three colours: green is fine, yellow can wait until
spring, red should not be ridden.

The service takes two working days. New parts cost extra, and we call you before we
fit anything that is not on the list. Last winter 8 in 10 bikes needed new brake pads, and 1 in 5
had a cracked rim that nobody had noticed.

While your bike is with us you can borrow one of nine workshop bikes, with lights and a lock.

Three things you can do yourself: let air into the tyres every two weeks, wipe the rims dry after
rain, and take off your lights in frost, because batteries lose half their charge at minus five
degrees.

Book a day for your winter service here: https://harrowcycles.example/winter
""",
    ),
    MaterialText(
        "The Saturday repair table",
        """\
Every Saturday from ten to one we carry a long table out onto the pavement. Four stands, tools for
everybody, and two mechanics who keep their hands in their pockets.

At the repair table you mend your own bike. We say what to do and hold the frame. A tin stands
on the table for those who want to give something. What came together last year paid for 44
children's bikes that we rebuilt for the school round the corner.

About 25 people come on a dry Saturday. Most have a puncture. Some have a box of parts and a
question. One regular, who is 81, has come every week since we started in 2019 and now teaches
others to true a wheel.

Our mechanics like it best of all the work in the week. "In the workshop I mend a bike. Out here I
mend the next twenty," says one of them.

People who mended a puncture with us once hardly ever come back with one. That is bad for trade and
we would not change it.

The table stands in front of the workshop from March to October. You need no appointment.
""",
    ),
    MaterialText(
        "Trade-in month: what your old bike is worth",
        """\
In April we take your old bicycle in payment, whatever state it is in, as long as the frame is
straight.

A mechanic looks at it for ten minutes while you wait and names a price. You see how we come to
it:
what we can sell it for, less parts and two hours of work.

Last April 118 bicycles came in. We repaired 83 and sold them again. 29
were taken apart for spares, and six were beyond help. So 95 per cent of what came in is on the road
again or keeps another bike going.

The price is taken off any bike or repair in the shop until the end of June. It cannot be paid out
in cash.

Bring the keys of the lock and, if you have it, the receipt. If you do not have one we check the
frame number against the register of stolen bikes, which takes two minutes.

The trade-in runs from 1 to 30 April, Tuesday to Saturday:
https://harrowcycles.example/trade-in
""",
    ),
)
