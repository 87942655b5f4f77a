"""Measurements for performance.md: what the product needs, beside a baseline on the same rows in the same run."""
