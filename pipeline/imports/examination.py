"""Checking a set of files against what the company has, without writing anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.people.models import Member
from accounts.tenancy.models import Tenant
from pipeline.customers.models import Customer
from pipeline.imports.catalogue import plan_customers, plan_products
from pipeline.imports.files import Upload, read_table
from pipeline.imports.opportunities import tally_deals
from pipeline.imports.people import plan_people
from pipeline.imports.profiles import Profile
from pipeline.imports.records import NOUNS, Known, Records, Tallies
from pipeline.imports.standing import refuse_contradictions
from pipeline.products.models import Product
from salesops.lib.errors import DomainError, DomainErrors, gettext_noop


@dataclass(frozen=True, slots=True)
class Examination:
    """What the files say, and what writing them would do."""

    records: Records
    tallies: Tallies

    @property
    def refused_rows(self) -> int:
        return self.records.refused.total()


def sort_uploads(profile: Profile, uploads: Sequence[Upload]) -> dict[str, Upload]:
    """The uploads by stem. Refuses a missing file, one that comes twice and one that the profile does not know."""
    wanted = [spec.stem for spec in profile.files]
    found: dict[str, Upload] = {}
    errors = []
    for upload in uploads:
        if upload.stem in found:
            errors.append(DomainError("duplicate_file", gettext_noop("This file is there twice."), upload.name))
        elif upload.stem in wanted:
            found[upload.stem] = upload
        elif upload.stem not in profile.not_read:
            message = gettext_noop("This file is not part of the import; it needs %(files)s.")
            files = ", ".join(f"{stem}.csv" for stem in wanted)
            errors.append(DomainError("unknown_file", message, upload.name, files=files))
    for stem in wanted:
        if stem not in found:
            errors.append(DomainError("missing_file", gettext_noop("The file is missing."), f"{stem}.csv"))
    if errors:
        raise DomainErrors(errors)
    return found


def read_records(tenant: Tenant, profile: Profile, uploads: Sequence[Upload]) -> Records:
    """Read and check the files; every file that cannot be read at all is named. Inside the tenant, in a transaction."""
    found = sort_uploads(profile, uploads)
    tables, errors = {}, []
    for spec in profile.files:
        try:
            tables[spec.stem] = read_table(found[spec.stem], spec)
        except DomainError as error:
            errors.append(error)
    if errors:
        raise DomainErrors(errors)
    records = profile.read(tables, tenant.currency, _known())
    refuse_contradictions(records)
    return records


def examine(tenant: Tenant, profile: Profile, uploads: Sequence[Upload]) -> Examination:
    """`read_records`, and what writing them would do, noun by noun."""
    records = read_records(tenant, profile, uploads)
    tallies: Tallies = {
        **plan_people(records.people).tallies,
        "products": plan_products(records.products).tally,
        "customers": plan_customers(records.customers).tally,
        **tally_deals(records.deals),
    }
    for noun, rows in records.refused.items():
        tallies[noun].refused = rows
    return Examination(records, {noun: tallies[noun] for noun in NOUNS})


def _known() -> Known:
    return Known(
        members=frozenset(Member.objects.values_list("full_name", flat=True)),
        products=frozenset(Product.objects.values_list("name", flat=True)),
        customers=frozenset(Customer.objects.values_list("name", flat=True)),
    )
