"""The pages of products."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access.policy import has
from accounts.access.views import TenantRequest, needs
from pipeline.products import selectors, services
from pipeline.products.forms import ProductForm
from pipeline.products.models import Product
from salesops.lib.errors import DomainError
from salesops.lib.forms import add_domain_error
from salesops.lib.htmx import invalid, redirect, render
from salesops.lib.keyset import page, query_with


@require_GET
@needs("products.view")
def product_list(request: TenantRequest) -> HttpResponse:
    search = request.GET.get("search", "").strip()[:120].replace("\0", "")
    found = page(selectors.products(search), by=("name", "id"), cursor=request.GET.get("cursor", ""))
    context = {
        "page": found,
        "search": search,
        "next_url": query_with(request.GET, found.next),
        "previous_url": query_with(request.GET, found.previous),
        "may_edit": has(request.actor, "products.edit"),
    }
    fragment = "pipeline/products/_product_table.html"
    return render(request, "pipeline/products/product_list.html", context, fragment=fragment)


@require_http_methods(["GET", "POST"])
@needs("products.edit")
def product_create(request: TenantRequest) -> HttpResponse:
    form = ProductForm(request.POST or None, currency=request.tenant.currency)
    if request.method == "POST" and form.is_valid():
        try:
            product = services.create_product(actor=request.actor, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("%(name)s is a product now.") % {"name": product.name})
            return redirect(request, "product_list", request.tenant.slug)
    return _form_page(request, form, None)


@require_http_methods(["GET", "POST"])
@needs("products.edit")
def product_edit(request: TenantRequest, product_id: int) -> HttpResponse:
    product = selectors.get_product(product_id)
    initial = {"name": product.name, "category": product.category, "list_price": product.list_price}
    form = ProductForm(request.POST or None, initial=initial, currency=request.tenant.currency)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_product(actor=request.actor, product_id=product.pk, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(request, "product_list", request.tenant.slug)
    return _form_page(request, form, product)


def _form_page(request: TenantRequest, form: ProductForm, product: Product | None) -> HttpResponse:
    answer = invalid if request.method == "POST" else render
    return answer(request, "pipeline/products/product_form.html", {"form": form, "product": product})
