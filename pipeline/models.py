"""The models of the rooms, gathered for Django."""

from pipeline.customers.models import Customer
from pipeline.deals.models import Deal, Stage, StageChange
from pipeline.imports.models import ImportFile, ImportRefusal, ImportRun
from pipeline.ledger.models import CreditLine
from pipeline.products.models import Product

__all__ = [
    "CreditLine",
    "Customer",
    "Deal",
    "ImportFile",
    "ImportRefusal",
    "ImportRun",
    "Product",
    "Stage",
    "StageChange",
]
