"""Resumable uploads as programs speak them (tus 1.0.0: core, creation, expiration, termination).

Answers are headers; what went wrong is problem JSON for the behaviour to show. A piece may name its
SHA-256 as the extension for checksums has it, which also asks for a weaker one and so is not named.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from datetime import UTC
from functools import wraps
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final
from urllib.parse import quote
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.urls import reverse
from django.utils.http import http_date

from brands.models import BrandProfile
from config.kernel.errors import DomainError, Invalid
from config.kernel.scoping import org_atomic
from config.kernel.web import problem
from content.models import AssetFolder, Upload
from content.services import uploading
from organizations.access import Request, member_of

VERSION: Final = "1.0.0"
ALGORITHM: Final = "sha256"
MEMORY_BYTES: Final = 8 * 1024 * 1024
_READ_BYTES: Final = 256 * 1024

View = Callable[..., HttpResponse]


def spoken(*methods: str) -> Callable[[View], View]:
    """Speak tus around a view: versions checked, headers set, errors as problem JSON."""

    def decorate(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST":
                # Proxies that know no PATCH let it through so.
                request.method = request.headers.get("X-HTTP-Method-Override", "POST")
            if request.method not in methods:
                response = HttpResponse(status=405, headers={"Allow": ", ".join(methods)})
            else:
                response = _answer(view, request, *args, **kwargs)
            response.headers["Tus-Resumable"] = VERSION
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        opened.methods = methods  # type: ignore[attr-defined]
        return opened

    return decorate


def _answer(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    try:
        return view(request, *args, **kwargs)
    except DomainError as error:
        response = problem(error)
        if "offset" in error.extra:
            response.headers["Upload-Offset"] = str(error.extra["offset"])
        return response


def _other_version(request: HttpRequest) -> HttpResponse | None:
    if request.headers.get("Tus-Resumable") == VERSION:
        return None
    return HttpResponse(status=412, headers={"Tus-Version": VERSION})


@spoken("POST", "OPTIONS")
@member_of("member", atomic=False)
def upload_create(request: Request) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(
            status=204,
            headers={
                "Tus-Version": VERSION,
                "Tus-Extension": "creation,expiration,termination",
                "Tus-Max-Size": str(uploading.most_bytes()),
                "Tus-Checksum-Algorithm": ALGORITHM,
            },
        )
    if refused := _other_version(request):
        return refused
    told = uploading.metadata_of(request.headers.get("Upload-Metadata", ""))
    length = _number(request.headers.get("Upload-Length", ""), "Upload-Length")
    upload = uploading.begin_upload(
        length=length,
        name=told.get("filename", ""),
        brand=_named(BrandProfile, told.get("brand", "")),
        folder=_named(AssetFolder, told.get("folder", "")),
        by=request.user,
    )
    place = reverse("content:upload-part", args=[request.organization.slug, upload.pk])
    response = HttpResponse(status=201, headers={"Location": place})
    return _dated(response, upload)


@spoken("HEAD", "PATCH", "DELETE", "POST")
@member_of("member", atomic=False)
def upload_part(request: Request, upload: UUID) -> HttpResponse:
    with org_atomic():
        row = uploading.upload_of(upload, request.user)
    if refused := _other_version(request):
        return refused
    if request.method == "DELETE":
        uploading.cancel_upload(upload=row)
        return HttpResponse(status=204)
    if request.method == "PATCH":
        return _take(request, row)
    response = HttpResponse(
        headers={"Upload-Offset": str(row.offset), "Upload-Length": str(row.length)}
    )
    return _dated(response, row)


def _take(request: Request, row: Upload) -> HttpResponse:
    has_bytes = request.headers.get("Content-Length", "0") not in ("", "0")
    if has_bytes and request.content_type != "application/offset+octet-stream":
        return HttpResponse(status=415)
    at = _number(request.headers.get("Upload-Offset", ""), "Upload-Offset")
    expected = _checksum(request.headers.get("Upload-Checksum", ""))
    with SpooledTemporaryFile(max_size=MEMORY_BYTES) as piece:
        digest = hashlib.sha256()
        size, is_whole = _read(request, piece, digest, most=row.length - at)
        if expected and not (is_whole and digest.digest() == expected):
            return HttpResponse(status=460)
        piece.seek(0)
        step = uploading.take_piece(upload=row, at=at, piece=piece, size=size)
    if not is_whole:
        # Nobody hears this any more; what came is kept all the same.
        return HttpResponse(status=400, headers={"Upload-Offset": str(step.offset)})
    response = HttpResponse(status=204, headers={"Upload-Offset": str(step.offset)})
    if step.asset is not None:
        _tell(request, step, response)
    return _dated(response, row)


def _tell(request: Request, step: uploading.Step, response: HttpResponse) -> None:
    assert step.asset is not None
    response.headers["Content-Location"] = reverse(
        "content:asset-show", args=[request.organization.slug, step.asset.pk]
    )
    response.headers["Warren-Asset"] = str(step.asset.pk)
    if step.was_there:
        response.headers["Warren-Known"] = quote(step.asset.name)


def _read(request: Request, piece: IO[bytes], digest: Any, *, most: int) -> tuple[int, bool]:
    """How many bytes came, and whether all that were sent did. Raises Invalid for too many."""
    size = 0
    try:
        while data := request.read(_READ_BYTES):
            size += len(data)
            if size > max(most, 0):
                raise Invalid("That is more than the file was said to have.", code="upload_longer")
            digest.update(data)
            piece.write(data)
    except UnreadablePostError:
        return size, False
    announced = request.headers.get("Content-Length", "")
    return size, not announced.isdecimal() or size >= int(announced)


def _checksum(header: str) -> bytes:
    """What the piece's SHA-256 should be; nothing where nothing is said."""
    if not header:
        return b""
    algorithm, _, value = header.partition(" ")
    if algorithm != ALGORITHM:
        raise Invalid(f"Checksums are {ALGORITHM}.", code="upload_checksum")
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error:
        raise Invalid("The checksum is not readable.", code="upload_checksum") from None


def _number(text: str, name: str) -> int:
    if not text.isdecimal() or len(text) > 15 or not text.isascii():
        raise Invalid(f"{name} has to be a number of bytes.", code="upload_header")
    return int(text)


def _named(model: Any, pk: str) -> Any:
    """A brand or a folder that the upload's own data names. Raises Invalid for an unknown one."""
    if not pk:
        return None
    try:
        key = UUID(pk)
    except ValueError:
        key = None
    with org_atomic():
        row = model.objects.filter(pk=key).first()
    if row is None:
        raise Invalid(
            "The brand or folder for this file is not there any more. Reload the page and choose "
            "again.",
            code="upload_place",
        )
    return row


def _dated(response: HttpResponse, row: Upload) -> HttpResponse:
    response.headers["Upload-Expires"] = http_date(row.expires_at.astimezone(UTC).timestamp())
    return response
