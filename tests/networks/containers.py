"""Networks of Meta with containers: made, worked on, published once, run out after a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .base import Item, Reply, Request
from .graph import GraphNetwork, edge, graph_error, made_at, not_there, parts_of, since


@dataclass(slots=True)
class Container:
    id: str
    form: Mapping[str, Any]
    state: str = "FINISHED"
    words: str = "Finished: Media has been uploaded and it is ready to be published."
    looks_left: int = 0
    media: list[Mapping[str, Any]] = field(default_factory=list)


class ContainerNetwork(GraphNetwork):
    text_name = "caption"
    state_name = "status_code"
    words_name = "status"
    handle = "theharbour"

    def __init__(self) -> None:
        super().__init__()
        self.containers: dict[str, Container] = {}
        self.looks = 0
        """How often a new container is still worked on when somebody looks."""
        self.quota_used, self.quota_total = 2, 50
        self.hides_posts = False
        """Whether what was published is not listed yet."""

    def make_container(self, request: Request) -> Reply:
        form = parts_of(request)
        made = Container(self.next_id(), form, looks_left=self.looks)
        if self.looks:
            made.state = "IN_PROGRESS"
        if "children" in form:
            children = [self.containers[each] for each in form["children"].split(",")]
            assert 2 <= len(children) <= 20
            assert all(each.state == "FINISHED" for each in children)
            made.media = [item for each in children for item in each.media]
        for kind in ("image", "video"):
            if address := form.get(f"{kind}_url"):
                self.fetch(address)
                made.media = [{"kind": kind, "alt": form.get("alt_text", "")}]
        self.containers[made.id] = made
        return Reply(200, {"id": made.id}, self.usage())

    def container_state(self, number: str) -> Reply:
        kept = self.containers[number]
        if kept.state == "IN_PROGRESS":
            kept.looks_left -= 1
            if kept.looks_left < 0:
                kept.state = "FINISHED"
        told = {self.state_name: kept.state, self.words_name: kept.words, "id": number}
        return Reply(200, told)

    def publish_container(self, request: Request) -> Reply:
        kept = self.containers.get(parts_of(request)["creation_id"])
        if kept is None or kept.state == "EXPIRED":
            return Reply(400, graph_error(24, "The requested resource does not exist", 2207008))
        if kept.state == "PUBLISHED":
            return Reply(400, graph_error(100, "The media was published already"))
        if kept.state != "FINISHED":
            return Reply(400, graph_error(9007, "Media ID is not available", 2207027))
        kept.state = "PUBLISHED"
        item = self.keep(
            Item(
                self.next_id(),
                str(kept.form.get(self.text_name, "")),
                parent=str(kept.form.get("reply_to_id", "")),
                kind="comment" if kept.form.get("reply_to_id") else "post",
                media=kept.media,
                facts={"link": kept.form.get("link_attachment", "")},
            )
        )
        return Reply(200, {"id": item.id}, self.usage())

    def listed(self, request: Request, kinds: tuple[str, ...]) -> Reply:
        shown = [each for each in self.items.values() if each.kind in kinds]
        return edge(self.rows([] if self.hides_posts else since(shown, request)))

    def rows(self, items: list[Item]) -> Iterator[dict[str, Any]]:
        for item in items:
            row: dict[str, Any] = {
                "id": item.id,
                self.text_name: item.text,
                "timestamp": made_at(item),
                "permalink": self.permalink(item.id),
            }
            if len(item.media) > 1:
                row["children"] = {
                    "data": [{"id": f"{item.id}{n}"} for n in range(len(item.media))]
                }
            if item.parent:
                row["replied_to"] = {"id": item.parent}
            yield row

    def permalink(self, number: str) -> str:
        return f"https://www.instagram.com/p/{number}/"

    def one(self, number: str) -> Reply:
        if number in self.containers:
            return self.container_state(number)
        if number not in self.items:
            return not_there(number)
        return Reply(200, {"id": number, "permalink": self.permalink(number)})

    def quota_told(self) -> Reply:
        config = {"quota_total": self.quota_total, "quota_duration": 86_400}
        return edge([{"config": config, "quota_usage": self.quota_used}])

    def numbers(self, number: str, told: Mapping[str, int]) -> Reply:
        if number not in self.items:
            return not_there(number)
        return edge(
            {"name": name, "period": "lifetime", "values": [{"value": value}]}
            for name, value in told.items()
        )

    def age(self, hours: float) -> None:
        """Time passes for what was prepared and not published."""
        assert hours >= 24
        for each in self.containers.values():
            if each.state != "PUBLISHED":
                each.state, each.words = "EXPIRED", "Expired: not published within 24 hours"
