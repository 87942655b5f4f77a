"""The models of the rooms, gathered for Django."""

from pipeline.activities.models import Activity
from pipeline.contacts.models import Contact, DealContact
from pipeline.customers.models import Customer, CustomerOwner
from pipeline.deals.models import Deal, LineItem, Split, Stage, StageChange, StageTotal
from pipeline.handover.models import Handover
from pipeline.imports.models import ImportFile, ImportRefusal, ImportRun
from pipeline.ledger.models import CreditLine
from pipeline.products.models import Product
from pipeline.risks.models import Risk, RiskEvent, RiskSetting, RiskStep
from pipeline.tasks.models import Task
from pipeline.visits.models import Visit

__all__ = [
    "Activity",
    "Contact",
    "CreditLine",
    "Customer",
    "CustomerOwner",
    "Deal",
    "DealContact",
    "Handover",
    "ImportFile",
    "ImportRefusal",
    "ImportRun",
    "LineItem",
    "Product",
    "Risk",
    "RiskEvent",
    "RiskSetting",
    "RiskStep",
    "Split",
    "Stage",
    "StageChange",
    "StageTotal",
    "Task",
    "Visit",
]
