"""The pages that plan: bad input is answered at its field, and what is made is seen and undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import SavedView
from publishing.models import Composition, EvergreenItem, PostingQueue, Recurrence, TrackedLink
from publishing.selectors.mix import mix_page
from publishing.services.imports import sweep_imports
from publishing.services.queue_order import posts_in_queue
from tests import make_compositions, make_planning

from .scene import Scene
from .test_walk import READER
from .visitor import Visitor

pytestmark = pytest.mark.browser

FILE = b"""Text,Date,Time,Accounts
Masts on the second of March.,2099-03-02,09:30,feed
Masts on no day at all.,2099-02-31,09:30,feed
"""


@pytest.fixture
def page(visitor: Visitor, scene: Scene) -> Iterator[Page]:
    visitor.sign_in(scene.world.owner)
    visitor.page.set_viewport_size({"width": 1440, "height": 900})
    yield visitor.page
    told = visitor.told()
    assert told == [], told


def press(page: Page, name: str, *, within: Locator | None = None) -> None:
    """A button, by the keyboard."""
    (within or page).get_by_role("button", name=name, exact=True).press("Enter")


def summary(page: Page, words: str) -> Locator:
    """What opens and closes, by the words on it."""
    return page.locator("summary").filter(has_text=words)


def test_a_file_is_looked_through_then_made_then_taken_back(
    visitor: Visitor, page: Page, scene: Scene
) -> None:
    visitor.open(f"{scene.world.path}/imports/new/")
    page.get_by_label("Brand", exact=True).select_option(str(scene.world.brand.pk))
    file = page.locator("#id_upload")
    file.set_input_files({"name": "empty.csv", "mimeType": "text/csv", "buffer": b"Text\n"})
    press(page, "See what it becomes")
    expect(page.locator(".file-drop")).to_contain_text("nothing under it")
    expect(page.get_by_label("Brand", exact=True)).to_have_value(str(scene.world.brand.pk))
    file.set_input_files({"name": "march.csv", "mimeType": "text/csv", "buffer": FILE})
    press(page, "See what it becomes")
    expect(page.get_by_role("row", name="second of March")).to_contain_text("Ready")
    wrong = page.get_by_role("row", name="no day at all")
    expect(wrong).to_contain_text("Date: “2099-02-31” is not in the calendar.")
    press(page, "Make 1 post")
    expect(page.get_by_text("0 of 1")).to_be_visible()
    assert sweep_imports() == 1
    expect(page.get_by_text("1 of 2 rows made")).to_be_visible(timeout=10_000)
    page.reload()
    visitor.ready()
    press(page, "Undo the import")
    press(page, "Undo the import", within=page.get_by_role("dialog"))
    expect(page.get_by_text("Taking back what it made")).to_be_visible()
    assert sweep_imports() == 1
    expect(page.get_by_text("What it made is gone.")).to_be_visible(timeout=10_000)
    with org_atomic(scene.world.id):
        assert not Composition.objects.filter(text="Masts on the second of March.").exists()


def test_a_post_repeats_by_a_rule_that_is_shown_before_it_is_kept(
    visitor: Visitor, page: Page, scene: Scene
) -> None:
    with org_atomic(scene.world.id):
        text = "Open on the last working day."
        composition = make_compositions.composition(scene.world.brand, text=text)
    visitor.open(f"{scene.world.path}/repeating/new/?composition={composition.pk}")
    times = page.locator("#next-times")
    expect(times.get_by_role("listitem")).not_to_have_count(0)
    page.get_by_label("On days of the week").focus()
    page.keyboard.press("ArrowUp")
    rule = page.get_by_label("Rule", exact=True)
    rule.fill("FREQ=HOURLY")
    expect(times).to_contain_text("once a day at the most")
    rule.press("Enter")
    expect(page.locator("#id_rule_error")).to_contain_text("once a day at the most")
    expect(rule).to_have_value("FREQ=HOURLY")
    visitor.ready()
    rule.fill("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1")
    expect(times.get_by_role("listitem")).not_to_have_count(0)
    expect(times).to_contain_text("BYSETPOS=-1")
    press(page, "Start repeating")
    expect(page.get_by_text("It repeats.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text(text)
    with org_atomic(scene.world.id):
        assert Recurrence.objects.filter(composition=composition).exists()


def test_a_post_of_the_pool_says_how_long_it_rests(
    visitor: Visitor, page: Page, scene: Scene
) -> None:
    with org_atomic(scene.world.id):
        queue = make_planning.queue(scene.world.brand, name="Gaps")
        text = "We open at nine, all year."
        composition = make_compositions.composition(
            scene.world.brand, scene.world.account, text=text
        )
    visitor.open(f"{scene.world.path}/pool/new/?composition={composition.pk}")
    page.get_by_label("Queue", exact=True).select_option("Gaps")
    rest = page.get_by_label("Days of rest")
    rest.fill("12")
    page.locator("form.form").evaluate("form => (form.noValidate = true)")
    press(page, "Add to the pool")
    expect(page.locator("#id_cooldown_days_error")).to_contain_text("31")
    expect(rest).to_have_value("12")
    rest.fill("45")
    press(page, "Add to the pool")
    row = page.get_by_role("listitem").filter(has_text=text)
    expect(row).to_contain_text("rests 45 days")
    expect(row).to_contain_text("Ready")
    with org_atomic(scene.world.id):
        used = EvergreenItem.objects.filter(queue=queue)
        used.update(last_used_at=now() - timedelta(days=5, hours=-1), use_count=1)
    page.reload()
    visitor.ready()
    expect(row).to_contain_text("in 40 days")
    expect(row.get_by_text("Rests", exact=True)).to_be_visible()
    press(page, "Take out", within=row)
    expect(row).to_have_count(0)


def test_the_mix_shows_each_pillar_against_its_target(
    visitor: Visitor, page: Page, scene: Scene
) -> None:
    with org_atomic(scene.world.id):
        craft = next(each for each in mix_page(scene.world.brand).mix.shares if each.name)
    visitor.open(f"{scene.world.path}/mix/?brand={scene.world.brand.pk}")
    share, wanted = round(craft.share * 100), round((craft.target or 0) * 100)
    meter = page.locator(".meter").filter(has_text=craft.name)
    expect(meter).to_contain_text(f"{share} %, wanted {wanted} %")
    page.get_by_text("As a table").press("Enter")
    row = page.get_by_role("row", name=craft.name)
    cells = [f"{craft.out}", f"{craft.planned}", f"{share} %", f"{wanted} %"]
    expect(row.get_by_role("cell")).to_have_text([*cells, f"{craft.points:+d}"])


def test_a_queue_is_set_up_paused_and_goes_on(visitor: Visitor, page: Page, scene: Scene) -> None:
    visitor.open(f"{scene.world.path}/queues/new/?brand={scene.world.brand.pk}")
    name = page.get_by_label("Name", exact=True)
    name.fill("Weekday mornings")
    press(page, "Make the queue")
    expect(page.locator("#id_name_error")).to_be_visible()
    expect(name).to_have_value("Weekday mornings")
    name.fill("Late evenings")
    page.get_by_label("None yet").check()
    press(page, "Make the queue")
    expect(page.get_by_text("“Late evenings” is ready for posts.")).to_be_visible()
    page.get_by_text("Add slots", exact=True).first.press("Enter")
    page.get_by_label("Time", exact=True).fill("21:15")
    press(page, "Add slots")
    expect(page.get_by_text("Choose at least one day.").last).to_be_visible()
    expect(page.get_by_label("Time", exact=True)).to_have_value("21:15")
    page.get_by_label("Sunday").check()
    press(page, "Add slots")
    sunday = page.get_by_role("region", name="Sun")
    expect(sunday).to_contain_text("21:15")
    press(page, "Pause")
    expect(page.get_by_text("Nothing new is placed in this queue")).to_be_visible()
    press(page, "Resume")
    press(page, "Remove Sun 21:15")
    expect(sunday).to_contain_text("none")


def test_the_order_of_a_queue_is_changed_by_the_keyboard(
    visitor: Visitor, page: Page, scene: Scene
) -> None:
    with org_atomic(scene.world.id):
        queue = make_planning.queue(scene.world.brand, name="In order")
        account = make_planning.second_account(scene.world.brand)
        for number, text in enumerate(("Goes first", "Goes second")):
            moment = now() + timedelta(days=2 + number)
            make_planning.planned_post(
                scene.world.brand, account, moment, content=text, queue=queue
            )
    visitor.open(f"{scene.world.path}/queues/{queue.pk}/")
    lines = page.get_by_role("list", name="Next posts").get_by_role("listitem")
    press(page, "Later: Goes first")
    expect(lines.first).to_contain_text("Goes second")
    with org_atomic(scene.world.id):
        row = PostingQueue.objects.get(pk=queue.pk)
        assert [each.content for each in posts_in_queue(row)] == ["Goes second", "Goes first"]
    press(page, "Undo")
    expect(lines.first).to_contain_text("Goes first")


def test_links_are_marked_shortened_and_counted(visitor: Visitor, page: Page, scene: Scene) -> None:
    address = f"{scene.world.path}/brands/{scene.world.brand.pk}/links/"
    visitor.open(address)
    page.get_by_text("What the parameters say").press("Enter")
    campaign = page.get_by_label("Campaign (utm_campaign)")
    campaign.fill("{season}-2099")
    press(page, "Save")
    expect(page.locator("#id_utm_campaign_error")).to_contain_text("Only these stand in braces")
    expect(campaign).to_have_value("{season}-2099")
    campaign.fill("{campaign}-2099")
    page.get_by_label("Say where visitors came from").check()
    press(page, "Save")
    expect(page.get_by_text("It holds for posts that are written")).to_be_visible()
    target = page.get_by_label("Address")
    target.fill("ftp://harbour.example/masts")
    press(page, "Make the link")
    expect(page.locator("#id_url_error")).to_be_visible()
    expect(target).to_have_value("ftp://harbour.example/masts")
    target.fill("https://harbour.example/flyer")
    page.locator("#id_campaign").fill("spring")
    press(page, "Make the link")
    expect(page.get_by_text("The short link is")).to_be_visible()
    with org_atomic(scene.world.id):
        code = TrackedLink.objects.get(url="https://harbour.example/flyer").code
    stranger = visitor.context.browser.new_context(user_agent=READER)  # type: ignore[union-attr]
    answer = stranger.request.get(f"{visitor.origin}/l/{code}/", max_redirects=0)
    assert answer.headers["location"] == (
        "https://harbour.example/flyer?utm_medium=social&utm_campaign=spring-2099"
    )
    stranger.close()
    visitor.open(address)
    row = page.get_by_role("row", name="harbour.example/flyer")
    expect(row.get_by_role("cell").nth(2)).to_have_text("1")


def test_a_view_of_the_posts_is_kept_opened_and_deleted(
    visitor: Visitor, page: Page, scene: Scene
) -> None:
    visitor.open(f"{scene.world.path}/posts/?list=out")
    page.get_by_label("Search words").fill("Douglas")
    page.get_by_label("Order").select_option(index=1)
    page.wait_for_url("**q=Douglas*")
    summary(page, "Saved views").press("Enter")
    page.get_by_label("Name of the view").fill("About fir")
    page.keyboard.press("Enter")
    expect(page.get_by_text("“About fir” is kept.")).to_be_visible()
    visitor.open(f"{scene.world.path}/posts/?list=coming")
    summary(page, "Saved views").press("Enter")
    page.get_by_role("link", name="About fir").press("Enter")
    expect(page.get_by_label("Search words")).to_have_value("Douglas")
    expect(page.get_by_label("Order")).not_to_have_value("")
    summary(page, "View: About fir").press("Enter")
    view = page.locator(".cluster--between").filter(has_text="About fir")
    press(page, "Delete", within=view)
    expect(page.get_by_text("“About fir” is deleted.")).to_be_visible()
    with org_atomic(scene.world.id):
        assert not SavedView.objects.filter(name="About fir").exists()


def test_a_phone_names_the_days_of_the_filters(visitor: Visitor, page: Page, scene: Scene) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    visitor.open(f"{scene.world.path}/posts/?list=coming")
    expect(page.get_by_label("From")).to_be_visible()
    expect(page.get_by_text("Until", exact=True)).to_be_visible()
