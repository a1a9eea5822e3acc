"""Materials as people bring them: launches, news, notes, lists, three languages."""

from __future__ import annotations

from content.agents import MaterialBrief

MATERIALS: dict[str, MaterialBrief] = {}

MATERIALS["product launch"] = MaterialBrief(
    title="Meet the Trail 40",
    text="""\
The Trail 40 is our first backpack made entirely from recycled sailcloth. It weighs 890
grams and holds 40 litres, enough for three days in the mountains.

We spent two years testing 14 prototypes with guides from Chamonix. They asked for one thing
above all: a back panel that stays dry. The new panel has air channels that let sweat
evaporate even on steep climbs.

Every seam is welded, so rain stays outside without a cover. The side pockets open with one
hand, and the hip belt moves with you.

"I have carried it for 600 kilometres and nothing has come loose," says mountain guide Léa
Fournier.

The Trail 40 costs €189 and ships from 3 March. Orders placed before 28 February get a free
rain hood.
""",
)

MATERIALS["how-to"] = MaterialBrief(
    title="How to water succulents",
    source_url="https://greenhouse.example/succulents",
    text="""\
# How to water succulents

Most succulents die from too much water, not too little. Their leaves store enough moisture
for weeks, and wet roots rot quickly.

## When to water

Water once every two weeks in summer and once a month in winter. Push a finger two
centimetres into the soil first. If it feels damp, wait another few days.

## How to water

- Use a pot with a hole in the bottom, so that water can drain.
- Pour until water runs out below, then empty the saucer.
- Keep the leaves dry, because drops act like lenses in the sun.
- Avoid misting; it wets the surface and leaves the roots thirsty.

Yellow, mushy leaves mean too much water. Wrinkled leaves mean too little. A plant that
leans towards the window needs more light, not more water.

Read more about plant care in our blog.
""",
)

MATERIALS["news"] = MaterialBrief(
    title="City opens first bicycle street",
    source_url="https://news.example/bike",
    text="""\
The city council opened its first bicycle street on Monday. Cyclists have priority along the
2.3-kilometre route between the main station and the university.

Cars may still use Lindenstrasse, but at no more than 30 kilometres an hour. According to
the transport office, 6,400 cyclists used the street every day even before the change. That
number is expected to grow by a fifth within a year.

"This is the most used connection in town, and it was also the most dangerous," said
transport councillor Miriam Hoffmann. There were 41 accidents on the route in the past three
years.

The conversion cost 1.2 million euros, 70 percent of which came from federal funds. A second
bicycle street along the river is planned for 2027.
""",
)

MATERIALS["bakery"] = MaterialBrief(
    text="""\
Our rye bread is back! From Friday, 6 March, you can buy it again in our shop in Elm Street.
We bake it at 4 a.m. with flour from a mill ten miles away, and we let the dough rest for 18
hours.

My grandmother started baking this bread in 1962, in a kitchen with one oven and no mixer.
She wrote the recipe on the back of an electricity bill, and it still hangs above the
counter.

A loaf costs £4.20. It stays fresh for five days if you keep it in a cloth bag. Children get
the first slice for free on Friday.
""",
)

MATERIALS["saas release notes"] = MaterialBrief(
    title="Release notes 2.4",
    source_url="https://acme.example/changelog",
    text="""\
# Release 2.4

## New

- Faster search: results appear in under 200 ms, even in workspaces with a million
documents.
- Dark mode for web and desktop.
- Export to CSV from every table.

## Improved

- The calendar loads three times faster.
- Invitations can be sent to 50 people at once.
- Single sign-on now supports Okta and Entra ID.

## Fixed

- Mentions in comments trigger notifications again.
- Dates in the Spanish interface use the right format.

All workspaces are updated automatically by Thursday evening. You do not have to do
anything.
""",
)

MATERIALS["law firm"] = MaterialBrief(
    title="Three clauses to check before you sign a commercial lease",
    source_url="https://firm.example/leases",
    text="""\
Commercial leases run for years, and most disputes start with a clause that nobody read.
Three of them deserve a second look before you sign.

The break clause decides whether you can leave early. Many leases tie it to conditions, such
as paying all rent in advance, and courts apply them strictly. In 2023 a tenant in Leeds
lost the right to leave because a payment was £130 short.

The repair clause says who pays when the roof leaks. A tenant who agrees to "full repair"
may have to hand back a building in better condition than it was. A schedule of condition
with photographs limits that risk.

The service charge has no natural ceiling. Ask for a cap, and for the accounts of the past
three years.

Our team reviews commercial leases at a fixed fee of £450 and answers within three working
days.
""",
)

MATERIALS["one sentence"] = MaterialBrief(
    text="""\
We are closed on Monday because the oven gets its yearly check.
""",
)

MATERIALS["two lines note"] = MaterialBrief(
    text="""\
Summer concert on Saturday, 12 July, at 7 p.m. in the courtyard. Bring a blanket, entry is
free.
""",
)

MATERIALS["ngo story"] = MaterialBrief(
    source_url="https://centre.example/volunteer",
    text="""\
When Amina arrived at the centre in 2019, she had not been to school for four years. She
learned to read in eleven months. Today she teaches the beginners' class on Tuesday
evenings.

Our centre has taught 312 women to read since it opened. Half of them found work within a
year, according to our survey of 2025. The courses are free, and childcare is included.

We need 20 more volunteers for the autumn term. You do not need teaching experience, only
two hours a week and patience. Sign up by 31 August.
""",
)

MATERIALS["restaurant german"] = MaterialBrief(
    title="Neue Winterkarte",
    text="""\
Ab dem 1. Dezember gibt es bei uns die neue Winterkarte. Sie bringt acht Gerichte auf den
Tisch, fünf davon ohne Fleisch.

Unsere Küchenchefin Petra Lang kocht mit Gemüse vom Hof ihrer Schwester in Bad Aibling. Der
Kürbis liegt dort bis Januar im Stroh und wird jede Woche süßer. Die Maronensuppe kostet
8,50 Euro, das Wildragout 19 Euro.

Reservieren Sie Ihren Tisch bis zum 24. November, dann geht der Aperitif aufs Haus.
""",
)

MATERIALS["french"] = MaterialBrief(
    text="""\
Notre atelier de céramique rouvre ses portes le 15 janvier. Les cours ont lieu chaque mardi
soir, de 18 h à 20 h, pour huit personnes au plus. Le prix de 35 euros comprend la terre,
l'émail et deux cuissons. Aucune expérience n'est nécessaire : Claire vous accompagne pas à
pas.
""",
)

MATERIALS["real estate"] = MaterialBrief(
    title="12 Harbour View",
    text="""\
This two-bedroom flat at 12 Harbour View looks over the marina. It has 78 square metres, a
balcony facing south and oak floors in every room. The kitchen was fitted in 2024.

The tram stops 150 metres from the door and reaches the city centre in nine minutes. A
nursery, a bakery and a small supermarket are around the corner.

The asking price is £365,000. Viewings take place on Saturday, 14 June, between 10 a.m. and
1 p.m. Call 0117 496 0142 to book a time.
""",
)

MATERIALS["gym"] = MaterialBrief(
    text="""\
From September our gym opens at 5:30 every weekday. Members told us that they want to train
before work, and 83 % of them voted for the earlier hour. The sauna stays open until 10 p.m.
The changing rooms have been renovated, and each locker now has a socket. The monthly fee
stays at €39.
""",
)

MATERIALS["conference"] = MaterialBrief(
    source_url="https://datadays.example",
    text="""\
Registration for DataDays 2026 is open. The conference takes place on 8 and 9 October in
Porto, with 42 talks on two stages.

Keynotes come from Grace Oduya, who built the open weather archive, and from Tomás Pereira
of the national statistics office. Workshops on Friday morning are limited to 30 seats each.

Early-bird tickets cost €240 until 30 June, then €320. Students pay €60. All talks will be
recorded and published within two weeks.
""",
)

MATERIALS["opinion"] = MaterialBrief(
    title="Why I stopped writing weekly reports",
    source_url="https://blog.example/reports",
    text="""\
I believe weekly reports are a waste of time. For six years I wrote one every Friday, and I
think nobody read more than the first line.

Last spring I stopped. Nobody noticed for seven weeks. Instead we now talk for ten minutes
on Monday about what is blocked, and we write down only decisions.

Reports feel safe because they look like work. What a team needs is fewer documents and more
answers. If a decision matters, write it where people will look for it.
""",
)

MATERIALS["dentist"] = MaterialBrief(
    text="""\
Electric toothbrushes remove about 20 percent more plaque than manual ones after three
months, a review of 56 studies found. The pressure matters more than the brand: pushing too
hard wears down the gums. Replace the head every three months or when the bristles bend
outwards. Brush for two minutes, twice a day, and do not rinse with water afterwards,
because it washes the fluoride away.
""",
)

MATERIALS["charity run"] = MaterialBrief(
    source_url="https://run.example",
    text="""\
On Sunday, 18 May, more than 2,000 runners will cross the Old Bridge for the children's
hospital. Last year the run raised €94,000 and paid for two new incubators. You can choose
between 5 and 10 kilometres. Every runner gets soup at the finish. Registration closes on 4
May.
""",
)

MATERIALS["software b2b"] = MaterialBrief(
    source_url="https://ledgerly.example/brunner",
    text="""\
Invoices that arrive as PDF still have to be typed into the accounting system by someone. At
Brunner Logistics that someone spent eleven hours a week on it.

Since March the company lets Ledgerly read them. The software recognises supplier, amount
and tax rate, compares them with the order and books what matches. About 92 % of invoices go
through without anyone touching them.

"We did not let anybody go. Our accountant finally has time for the reminders," says
managing director Eva Brunner. Overdue payments fell from 38 to 21 days on average.
""",
)

MATERIALS["garden centre list only"] = MaterialBrief(
    title="Spring sale",
    text="""\
Spring sale
- Tulip bulbs, 20 for £6
- Raised beds from £49
- Compost, 3 bags for £12
- Free soil test on Saturdays
""",
)

MATERIALS["recall"] = MaterialBrief(
    text="""\
We are recalling our 0.5-litre glass bottles with the batch number L2411. The glass may
splinter when the bottle is opened. Please do not use these bottles and return them to any
shop. You get the full price back, even without a receipt. We are sorry for the trouble.
""",
)
