"""Make the demo company and print who can sign in."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from salesops.demo import loading


class Command(BaseCommand):
    help = "Makes the demo company Meridian Hardware, if it is not there yet, and prints a login for each role."

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = loading.load()
        self.stdout.write(f"{tenant.name}, password {loading.PASSWORD}")
        for name, (email, roles) in loading.LOGINS.items():
            what = ", ".join(str(role.label) for role in roles) or email.partition("@")[0].rstrip("2").capitalize()
            self.stdout.write(f"  {what:<10} {email:<32} {name}")
