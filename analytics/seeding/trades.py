"""What seeded brands are and sell. Invented, but said as their posts would say it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Trade:
    """One line of business: everything that a post's sentences need."""

    key: str
    names: tuple[str, ...]
    products: tuple[str, ...]
    benefits: tuple[str, ...]
    facts: tuple[str, ...]
    customers: tuple[str, ...]
    pillars: tuple[str, ...]
    hashtags: tuple[str, ...]


TRADES: Final = (
    Trade(
        "boats",
        ("Harbour & Pine", "Eastquay Boatworks", "Tern Island Rigging", "Lockgate Marine"),
        ("wooden masts", "winter storage", "teak decks", "the hull survey", "rope work", "sails"),
        ("a quiet season afloat", "dry bilges in March", "a deck that grips", "fewer yard days"),
        (
            "Every mast is planed by hand from Douglas fir and gets seven coats of varnish.",
            "A hull that is washed within a day of hauling out needs half the scraping in spring.",
            "We weigh each block before and after, so you see what the salt took.",
            "Most leaks that we are called for start at a fitting, not at a seam.",
        ),
        ("a skipper from Whitby", "the sailing school", "two brothers with a ketch", "the ferry"),
        ("Craft", "Seamanship", "Offers"),
        ("boatbuilding", "sailing", "woodwork", "harbourlife", "marine"),
    ),
    Trade(
        "coffee",
        ("Ninth Bell Roasters", "Copper Kettle Coffee", "Low Tide Coffee", "Orchard Lane Roast"),
        ("the house blend", "a single-farm Ethiopian", "decaf", "the office box", "cold brew"),
        ("a cup that stays sweet when it cools", "less waste", "a calmer morning", "fresher beans"),
        (
            "We roast on Tuesdays and send on Wednesdays, so nothing waits on a shelf.",
            "Water just off the boil pulls less bitterness out of a light roast.",
            "The farm is paid before the harvest, not after the sale.",
            "Beans keep their taste for five weeks in a closed bag, four days in an open one.",
        ),
        ("the bakery next door", "a design office of twelve", "a night-shift nurse", "the library"),
        ("Roasting", "Brewing", "Growers"),
        ("coffee", "specialtycoffee", "roastery", "brewing", "smallbatch"),
    ),
    Trade(
        "bikes",
        ("Spoke & Lantern", "Hill Road Cycles", "Greenway Bike Works", "Third Gear Workshop"),
        ("the spring service", "cargo bikes", "wheel building", "the child seat", "brake pads"),
        ("an easier hill", "a silent chain", "a safer ride home", "one car journey less a day"),
        (
            "A dry chain costs you about three watts in every hundred.",
            "We true a wheel to two tenths of a millimetre, and write the number on your bill.",
            "Half of the flats that we mend come from tyres with too little air.",
            "A cargo bike with a full box stops within six metres from walking pace.",
        ),
        ("a family of five", "the parcel riders", "a teacher who commutes", "the allotment club"),
        ("Repair", "Everyday riding", "Family"),
        ("cycling", "bikerepair", "cargobike", "commute", "cityride"),
    ),
    Trade(
        "books",
        ("Paper Lantern Books", "The Slow Shelf", "Corner & Quire", "Marginalia Bookshop"),
        ("the reading evening", "our translated fiction", "the gift parcel", "picture books"),
        ("an evening without a screen", "a present that is kept", "a shorter pile", "good company"),
        (
            "Every book on the front table was read by one of us to the last page.",
            "We order before ten and have it here the next morning, for the price on the cover.",
            "Children who choose their own book finish it twice as often, our own count says.",
            "The smallest press on our shelves prints four books a year.",
        ),
        ("a book club of nine", "the primary school", "a reader in Leeds", "our Thursday regulars"),
        ("Reading", "Events", "Small presses"),
        ("bookshop", "reading", "indiebooks", "translation", "bookclub"),
    ),
    Trade(
        "energy",
        ("Brightroof Solar", "Northlight Energy", "Fieldstone Heat", "Plain Watt"),
        ("the roof check", "heat pumps", "a ten-kilowatt array", "the home battery", "insulation"),
        ("a smaller winter bill", "a warm back room", "power at night", "a clear plan"),
        (
            "Snow slides off a panel at thirty degrees by itself, usually before noon.",
            "A battery that is filled at noon covers the evening of an average house.",
            "We measure for a week before we draw anything, because roofs lie.",
            "A well-set heat pump in an old house needs a flow of forty-five degrees, not sixty.",
        ),
        ("a terrace in Bristol", "the village hall", "a dairy farm", "a house from 1931"),
        ("Saving", "How it works", "Homes"),
        ("solar", "heatpump", "energy", "homes", "netzero"),
    ),
    Trade(
        "garden",
        ("Mossbank Nursery", "The Long Border", "Rainbarrel Gardens", "Hazel & Thyme"),
        ("bare-root roses", "the autumn box", "wildflower turf", "a planting plan", "compost"),
        ("colour until November", "less watering", "more bees", "a border that looks after itself"),
        (
            "Roses planted bare-root in November catch up with potted ones by June.",
            "A barrel of two hundred litres fills in one good storm.",
            "Leaves left under a hedge feed a blackbird for a winter.",
            "We grow without peat, and it shows in the roots.",
        ),
        ("a school with a roof garden", "a new owner in Kent", "the parish", "a balcony in Hove"),
        ("Planting", "Wildlife", "Seasons"),
        ("gardening", "plants", "wildlife", "peatfree", "growyourown"),
    ),
    Trade(
        "software",
        ("Tally Works", "Quiet Ledger", "Small Harbor Software", "Pinboard Systems"),
        ("the monthly close", "receipt capture", "the public interface", "shared budgets"),
        ("a close in two days", "fewer spreadsheets", "numbers that agree", "an early Friday"),
        (
            "Teams that match receipts every week close the month in two days instead of six.",
            "An export that nobody opens is a report that nobody needs; we show you which.",
            "Every figure in a chart leads back to the row it came from.",
            "We answer support mail within four working hours, and publish how often we miss that.",
        ),
        ("a charity with three offices", "a studio of eight", "an importer", "a theatre"),
        ("Product", "Bookkeeping", "Customers"),
        ("bookkeeping", "smallbusiness", "finance", "software", "monthend"),
    ),
    Trade(
        "climbing",
        ("Chalk Line", "Granite Hall", "Overhang Club", "Second Hold"),
        ("the beginners' course", "the new spray wall", "day passes", "youth training", "rope kit"),
        (
            "stronger fingers",
            "a clear head after work",
            "friends who hold your rope",
            "better feet",
        ),
        (
            "Two short sessions a week build more strength than one long one.",
            "We reset a sixth of the wall every Monday and keep the old holds for kids.",
            "A figure of eight takes four seconds to check and is checked every time.",
            "Most beginners let go because of their feet, not because of their arms.",
        ),
        ("a retired postman", "the scouts", "a nurse on shifts", "last year's beginners"),
        ("Training", "Community", "Safety"),
        ("climbing", "bouldering", "training", "climbinggym", "beginners"),
    ),
)
