#!/usr/bin/env python
"""Django's command line. `.venv/bin/python manage.py help` lists the commands; README shows the ones in daily use."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salesops.settings")
    execute_from_command_line(sys.argv)
