from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from brands.forms.brand import SECTIONS
from brands.forms.knowledge import KINDS, BucketForm, TextForm
from brands.models import BrandProfile, KnowledgeBucket, KnowledgeEntry, KnowledgeSource
from brands.models import SourceStatus as State
from brands.services.knowledge import (
    add_bucket,
    delete_bucket,
    delete_source,
    edit_text,
    read_again,
    restore_bucket,
    restore_source,
)
from config.kernel.errors import Invalid, NotFound
from config.kernel.web import render_part
from organizations.access import Request, member_of
from organizations.throttles import throttled

SOURCES_SHOWN = 200
_READING = (State.QUEUED, State.READING)


@require_GET
@member_of("viewer")
def knowledge_list(request: Request) -> HttpResponse:
    brand = brand_of(request)
    buckets = KnowledgeBucket.objects.select_related("brand")
    if brand is not None:
        buckets = buckets.filter(Q(brand=brand) | Q(brand=None))
    alive = Q(sources__deleted_at=None)
    context = {
        "nav_place": "brands",
        "buckets": buckets.annotate(
            source_count=Count("sources", filter=alive),
            waiting_count=Count("sources", filter=alive & Q(sources__status__in=_READING)),
            failed_count=Count("sources", filter=alive & Q(sources__status=State.FAILED)),
        ).order_by("name"),
        "deleted": KnowledgeBucket.with_deleted.exclude(deleted_at=None).order_by("name"),
        **brand_context(brand),
    }
    return TemplateResponse(request, "brands/knowledge/list.html", context)


@require_http_methods(["GET", "POST"])
@member_of("member")
def bucket_create(request: Request) -> HttpResponse:
    brand = brand_of(request)
    form = BucketForm(request.POST or None, initial={"brand": brand} if brand else None)
    if request.method == "POST" and form.is_valid():
        try:
            bucket = add_bucket(**form.cleaned_data, by=request.user)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"“{bucket.name}” is there. Add what it should know.")
            return redirect(_url(request, "bucket-show", bucket=bucket.pk))
    context = {"nav_place": "brands", "form": form, **brand_context(brand)}
    return TemplateResponse(
        request, "brands/knowledge/bucket_form.html", context, status=422 if form.errors else 200
    )


@require_GET
@member_of("viewer")
def bucket_show(request: Request, bucket: UUID) -> HttpResponse:
    row = bucket_named_by(bucket)
    sources = row.sources.filter(deleted_at=None).defer("text")
    shown = list(sources.annotate(document_count=Count("documents"))[:SOURCES_SHOWN])
    entries = KnowledgeEntry.objects.filter(bucket=row).order_by().values("status")
    counts = {each["status"]: each["many"] for each in entries.annotate(many=Count("pk"))}
    context = {
        "nav_place": "brands",
        "bucket": row,
        "sources": shown,
        "is_reading": any(each.status in _READING for each in shown),
        "deleted": _deleted_sources().filter(bucket=row),
        "suggested": counts.get("suggested", 0),
        "active": counts.get("active", 0),
        "entry_count": sum(counts.values()),
    }
    return render_part(request, "brands/knowledge/bucket.html", "live", context)


@require_POST
@member_of("member")
def bucket_delete(request: Request, bucket: UUID) -> HttpResponse:
    row = bucket_named_by(bucket)
    delete_bucket(bucket=row, by=request.user)
    messages.success(request, f"“{row.name}” is deleted. It can be restored for 30 days.")
    return redirect(_url(request, "knowledge-list"))


@require_POST
@member_of("member")
def bucket_restore(request: Request, bucket: UUID) -> HttpResponse:
    row = KnowledgeBucket.with_deleted.filter(pk=bucket).first()
    if row is None:
        raise NotFound("There is no such bucket. It may have been deleted for good.")
    if row.is_deleted:
        restore_bucket(bucket=row, by=request.user)
    messages.success(request, f"“{row.name}” is back.")
    return redirect(_url(request, "bucket-show", bucket=row.pk))


@require_http_methods(["GET", "POST"])
@member_of("member")
@throttled("upload", limit=60, per_seconds=3600, fail_open=True)
def source_create(request: Request, bucket: UUID) -> HttpResponse:
    row = bucket_named_by(bucket)
    kind = request.GET.get("kind", "site")
    if kind not in KINDS:
        raise NotFound("There is no such kind of source. Choose a website, a file or a text.")
    # A gap links here with what is missing as the title.
    first = {"name": request.GET.get("title", "")[:200]}
    form = KINDS[kind](request.POST or None, request.FILES or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            source = form.add(row, request.user)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"“{source.title}” is saved and being read.")
            return redirect(_url(request, "bucket-show", bucket=row.pk))
    context = {"nav_place": "brands", "bucket": row, "form": form, "kinds": KINDS.values()}
    return TemplateResponse(
        request, "brands/knowledge/source_form.html", context, status=422 if form.errors else 200
    )


@require_GET
@member_of("viewer")
def source_show(request: Request, source: UUID) -> HttpResponse:
    row = source_named_by(source)
    documents = row.documents.defer("content").annotate(passages=Count("chunks"))
    context = {
        "nav_place": "brands",
        "source": row,
        "bucket": row.bucket,
        "documents": documents.order_by("locator"),
        "is_reading": row.status in _READING,
    }
    return render_part(request, "brands/knowledge/source.html", "live", context)


@require_http_methods(["GET", "POST"])
@member_of("member")
def source_edit(request: Request, source: UUID) -> HttpResponse:
    row = source_named_by(source)
    form = TextForm(request.POST or None, initial={"text": row.text, "name": row.title})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            edit_text(source=row, text=values["text"], title=values["name"], by=request.user)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"“{row.title}” is saved and being read.")
            return redirect(_url(request, "source-show", source=row.pk))
    context = {"nav_place": "brands", "bucket": row.bucket, "source": row, "form": form}
    return TemplateResponse(
        request, "brands/knowledge/source_form.html", context, status=422 if form.errors else 200
    )


@require_POST
@member_of("member")
@throttled("read-material", limit=60, per_seconds=3600, fail_open=True)
def source_read(request: Request, source: UUID) -> HttpResponse:
    row = read_again(source=source_named_by(source), by=request.user)
    messages.success(request, f"“{row.title}” is being read again.")
    return redirect(_url(request, "source-show", source=row.pk))


@require_POST
@member_of("member")
def source_delete(request: Request, source: UUID) -> HttpResponse:
    row = source_named_by(source)
    delete_source(source=row, by=request.user)
    messages.success(request, f"“{row.title}” is deleted. It can be restored for 30 days.")
    return redirect(_url(request, "bucket-show", bucket=row.bucket_id))


@require_POST
@member_of("member")
def source_restore(request: Request, source: UUID) -> HttpResponse:
    row = _deleted_sources().filter(pk=source).first()
    if row is None:
        return redirect(_url(request, "source-show", source=source_named_by(source).pk))
    restore_source(source=row, by=request.user)
    messages.success(request, f"“{row.title}” is back.")
    return redirect(_url(request, "bucket-show", bucket=row.bucket_id))


def brand_of(request: Request) -> BrandProfile | None:
    """The brand that the address asks for by ?brand=, if whoever asks may see it."""
    wanted = request.GET.get("brand", "")
    if not wanted:
        return None
    try:
        row = BrandProfile.objects.filter(pk=UUID(wanted)).first()
    except ValueError:
        row = None
    if row is None:
        raise NotFound("There is no such brand. It may have been deleted.")
    return row


def brand_context(brand: BrandProfile | None) -> dict[str, object]:
    """What the tabs of a brand need; nothing for a page of all brands."""
    return {"brand": brand, "sections": SECTIONS.values() if brand else ()}


def bucket_named_by(bucket: UUID) -> KnowledgeBucket:
    row = KnowledgeBucket.objects.select_related("brand").filter(pk=bucket).first()
    if row is None:
        raise NotFound("There is no such bucket of knowledge. It may have been deleted.")
    return row


def source_named_by(source: UUID) -> KnowledgeSource:
    rows = KnowledgeSource.objects.select_related("bucket", "bucket__brand")
    row = rows.filter(pk=source, bucket__deleted_at=None).first()
    if row is None:
        raise NotFound("There is no such source. It may have been deleted.")
    return row


def _deleted_sources() -> QuerySet[KnowledgeSource]:
    rows: QuerySet[KnowledgeSource] = KnowledgeSource.with_deleted.exclude(deleted_at=None)
    return rows.defer("text")


def _url(request: Request, name: str, **kwargs: UUID) -> str:
    return reverse(f"brands:{name}", kwargs={"org": request.organization.slug, **kwargs})
